"""Checks by brute force what README.md says of the planted bug, without cutset and without privileges.

selftest.py [--quick | --full] [--repaired] [--jobs N] [--seed N]

Every sequence of one and of two steps, on every node and link, must leave all acknowledged entries readable, and so must
those of three steps that restart the leader (nobody else drops entries) but for `omit, crash, restart`, which must lose
some each time. --quick tries a sample of two steps and none of three, --full really all of three (an hour). --repaired:
the same with the bug taken out, where nothing may break.
"""
import argparse
import asyncio
import itertools
import pathlib
import random
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "selftest"))
from cluster import Cluster, NO_MAJORITY, Unavailable  # noqa: E402

PAUSE = 0.8         # between two steps; omission and pause last as long
TOGETHER = ("omit", "pause")
REPEATS = 5
QUICK = 20  # cases of a length
OMIT_FIRST = (("omit", 1), ("crash", 0), ("restart", 0))


def sequences(length):
    """All that make sense: what is restarted is dead, what is crashed or paused is alive."""
    steps = [("omit", 1), ("omit", 2), *itertools.product(("crash", "restart", "pause"), range(3))]
    for sequence in itertools.product(steps, repeat=length):
        dead = set()
        for action, node in sequence:
            if action == "restart" and node not in dead or action in ("crash", "pause") and node in dead:
                break
            dead = dead | {node} if action == "crash" else dead - {node} if action == "restart" else dead
        else:
            yield sequence


def named(sequence):
    words = {"omit": "omit leader-follower{}", "crash": "crash {}", "restart": "restart {}", "pause": "pause {}"}
    names = ["leader", "follower 1", "follower 2"]
    return ", ".join(
        words[action].format(f" {node}" if action == "omit" else names[node]) for action, node in sequence)


async def run(sequence, overlapping, repaired):
    """"held", "lost 7 of 80 acknowledged" or why it cannot be judged. Overlapping: a step that lasts goes on during
    the next one, and ends before the one after it."""
    with tempfile.TemporaryDirectory(prefix="replicated-log-") as folder:
        async with Cluster(folder, repaired) as cluster:
            writer = asyncio.ensure_future(cluster.write())
            await cluster.acknowledged(20)
            lasting = None
            for action, node in sequence:
                ending, lasting = lasting, None
                await cluster.begin(action, node)
                if action in TOGETHER and overlapping:
                    lasting = (action, node)
                await asyncio.sleep(PAUSE)
                if action in TOGETHER and not overlapping:
                    await cluster.end(action, node)
                if ending:
                    await cluster.end(*ending)
            if lasting:
                await cluster.end(*lasting)
            await asyncio.sleep(PAUSE)
            writer.cancel()
            try:
                entries = await cluster.settled_entries()
            except Unavailable as why:
                return str(why)
            lost = [token for token in cluster.tokens if token not in entries]
            return f"lost {len(lost)} of {len(cluster.tokens)} acknowledged" if lost else "held"


async def run_all(cases, jobs, repaired):
    """[(sequence, overlapping, verdict)] in the order of the cases."""
    slots = asyncio.Semaphore(jobs)

    async def one(case):
        async with slots:
            return (*case, await run(*case, repaired))

    return await asyncio.gather(*map(one, cases))


def cases_of(length, everything):
    for sequence in sequences(length):
        if length == 3 and not everything and ("restart", 0) not in sequence:
            continue
        yield sequence, False
        if length > 1 and any(action in TOGETHER for action, _ in sequence[:-1]):
            yield sequence, True


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    extent = options.add_mutually_exclusive_group()
    extent.add_argument("--quick", action="store_true")
    extent.add_argument("--full", action="store_true")
    options.add_argument("--repaired", action="store_true")
    options.add_argument("--jobs", type=int, default=6)
    options.add_argument("--seed", type=int, default=1, help="of the order of the cases, and of the sample")
    given = options.parse_args()
    failures = 0
    for length in (1, 2) if given.quick else (1, 2, 3):
        cases = list(cases_of(length, given.full))
        random.Random(given.seed).shuffle(cases)
        if given.quick:
            cases = cases[:QUICK]
        results = asyncio.run(run_all(cases, given.jobs, given.repaired))
        broken = sorted((named(sequence), overlapping, verdict) for sequence, overlapping, verdict in results
                        if verdict not in ("held", NO_MAJORITY))
        unavailable = sum(verdict == NO_MAJORITY for *_, verdict in results)
        print(f"{length} step{'s' * (length > 1)}: {len(results)} runs, {len(broken)} that did not hold, "
              f"{unavailable} with one node left, which are not judged", flush=True)
        for name, overlapping, verdict in broken:
            print(f"  {name}{' (overlapping)' * overlapping}: {verdict}")
        failures += sum(given.repaired or sequence != OMIT_FIRST for sequence, _, verdict in results
                        if verdict not in ("held", NO_MAJORITY))
    results = asyncio.run(run_all([(OMIT_FIRST, False)] * REPEATS, given.jobs, given.repaired))
    lost = sum(verdict.startswith("lost") for *_, verdict in results)
    print(f"{named(OMIT_FIRST)}: lost entries in {lost} of {REPEATS} runs")
    failures += lost != (0 if given.repaired else REPEATS)
    print("as README.md says" if failures == 0 else "NOT as README.md says")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
