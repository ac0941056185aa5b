"""Campaigns on nodes and messages: what they find in unmodified systems, how soon, at what cost; draws to compare with."""
import json
import re
import shutil
import statistics
import subprocess
import sys
import time

from .common import ROOT, row

EXAMPLES = ROOT / "examples"
MOST_SCHEDULES = 40
LONGEST_SECONDS = 900
SEEDS = 10
DRAWS = 60
FAULT_FREE = 20
LARGEST_COST = 1.3

# How copies of acknowledged writes die in redis with sentinels (examples/redis-sentinel/README.md).
MECHANISMS = {
    "A": "acknowledged while a fault lasted: never arrived at follower, replaced on leader by what follower had",
    "B": "acknowledged before the faults: lost with leader, replaced on follower by what leader had",
    "C": "acknowledged after the faults had ended: never arrived at follower, replaced on leader by what follower had",
}


def campaign(context, example, name, *options, timeout=3600):
    """One campaign from nothing: (exit code, seconds, report, what was printed)."""
    state = context.folder / "state" / name
    shutil.rmtree(state, ignore_errors=True)
    report = context.folder / f"{name}-report.json"
    report.unlink(missing_ok=True)
    context.program("cutset-driver")
    begun = time.monotonic()
    done = context.cutset("run", EXAMPLES / example / "cutset.yaml", "--state", state, "--report", f"json={report}",
                          *options, timeout=timeout)
    seconds = time.monotonic() - begun
    (context.folder / f"{name}.log").write_text(done.stdout + done.stderr)
    if not report.exists():
        raise ValueError(f"{example}: no report, exit code {done.returncode}; see build/acceptance/{name}.log")
    return done.returncode, seconds, json.loads(report.read_text()), done.stderr


def first_of(report, mechanism):
    """The first distinct schedule that showed it; None: none did."""
    seen = [tried["experiment"] for tried in report["tried"] if tried["mechanism"] == mechanism]
    return min(seen, default=None)


def repeated(report):
    return all(one["finding"]["reproduced"] == one["finding"]["repetitions"] >= 5
               for one in report["mechanisms"] if one["status"] == "confirmed")


def cost_of(printed):
    """Whole time of an experiment by its set-up, workload and settling, median; from the lines of progress."""
    ratios = []
    for line in printed.splitlines():
        if " s: start " not in line:
            continue
        whole, parts = line.rsplit("; ", 1)[-1].rstrip("]").split(" s: ", 1)
        times = {part.rsplit(" ", 1)[0]: float(part.rsplit(" ", 1)[1]) for part in parts.split(", ")}
        ratios.append(float(whole) / (times["start"] + times["workload"] + times["settling"]))
    return statistics.median(ratios) if ratios else None


def nodes(context):
    code, seconds, report, printed = campaign(context, "redis-sentinel", "redis")
    rows = [row(f"redis: mechanism {name} after distinct schedules", f"<= {MOST_SCHEDULES}", first_of(report, key),
                (first_of(report, key) or MOST_SCHEDULES + 1) <= MOST_SCHEDULES
                and any(one["mechanism"] == key for one in report["mechanisms"]))
            for name, key in MECHANISMS.items()]
    flaky = sum(one["status"] == "flaky" for one in report["mechanisms"])
    rows += [
        row("redis: findings", "5 of 5 each, or flaky with a rate",
            f"{len(report['mechanisms']) - flaky} mechanisms, {flaky} flaky", code == 1 and repeated(report)),
        row("redis: model", "exhausted", f"{report['status']}, {report['experiments']} schedules, {report['runs']} runs",
            report["status"] == "exhausted"),
        row("redis: seconds", f"< {LONGEST_SECONDS}", f"{seconds:.0f}", seconds < LONGEST_SECONDS),
        row("redis: an experiment by set-up, workload, settling, median", f"<= {LARGEST_COST}",
            f"{cost_of(printed) or 0:.2f}", cost_of(printed) and cost_of(printed) <= LARGEST_COST),
    ]
    code, seconds, report, _ = campaign(context, "etcd", "etcd")
    rows += [
        row("etcd: findings", "none, model exhausted", f"{len(report['mechanisms'])}, {report['status']}",
            code == 0 and report["status"] == "exhausted" and report["assumptions"]),
        row("etcd: distinct schedules", f"<= {MOST_SCHEDULES}", f"{report['experiments']} in {seconds:.0f} s",
            report["experiments"] <= MOST_SCHEDULES),
    ]
    code, seconds, report, _ = campaign(context, "replicated-log", "replicated-log")
    found = [one["finding"] for one in report["mechanisms"] if one["status"] == "confirmed"]
    ordered = [one for one in found
               if [step["faults"][0]["mode"] for step in one["schedule"]["steps"]] in (["cut-one-way", "restart"], ["cut", "restart"])]
    rows.append(row("replicated log: omit, crash, restart", "found",
                    f"{ordered[0]['text']} at {ordered[0]['experiment']} of {report['experiments']} in {seconds:.0f} s" if ordered else "no",
                    code == 1 and ordered))
    return rows


def nodes_random(context):
    """Draws from the same model; kept after each seed: an interrupted step goes on where it was."""
    kept = context.kept("nodes-random-done.json") or []
    for seed in range(len(kept) + 1, SEEDS + 1):
        _, seconds, report, _ = campaign(context, "redis-sentinel", "random", "--strategy", "random", "--seed", seed,
                                         "--repeat", 1, "--max-experiments", DRAWS)
        kept.append({name: first_of(report, key) for name, key in MECHANISMS.items()})
        context.keep("nodes-random-done.json", kept)
        print(f"seed {seed} of {SEEDS}: {seconds:.0f} s, {kept[-1]}", flush=True)
    rows = []
    for name in MECHANISMS:
        drawn = sorted(one[name] or DRAWS + 1 for one in kept)
        shown = " ".join(str(count) if count <= DRAWS else f">{DRAWS}" for count in drawn)
        rows.append(row(f"redis, random, {len(kept)} seeds: draws until {name}", "told", shown, len(kept) == SEEDS))
    return rows


def fault_free(context):
    rows = []
    for example in ("redis-sentinel", "etcd", "nats", "replicated-log", "bookshop"):
        code, seconds, report, _ = campaign(context, example, f"fault-free-{example}", "--max-experiments", 1,
                                            "--fault-free", FAULT_FREE)
        runs = report.get("runs") if report.get("world") == "nodes" else FAULT_FREE
        rows.append(row(f"{example}: {FAULT_FREE} runs without faults", "nothing reported",
                        f"{runs} runs in {seconds:.0f} s, exit code {code}", code == 3))
    return rows


def capture(context):
    """What recording a node's traffic costs it; told, for it depends on the load and on the machine."""
    context.program("capture_node")
    done = subprocess.run([sys.executable, ROOT / "benchmarks/agent/capture/run.py", "--rounds", "5"], cwd=ROOT,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    print(done.stdout, flush=True)
    lines = [line for line in done.stdout.splitlines()[1:] if line.strip()]
    return [row(f"capture, {line[:30].strip()}: of a core", "< 10 %", re.findall(r"[\d.]+%", line)[1],
                float(re.findall(r"[\d.]+%", line)[1].rstrip("%")) < 10) for line in lines]
