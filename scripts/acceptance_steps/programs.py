"""Steps that are programs of their own, a test or a benchmark that prints a table and decides by its exit code;
and the nine shapes as live services."""
import json
import re
import subprocess

import journal
from .campaigns import campaign, exhaustive_of
from .common import ROOT, row

APPLICATIONS_OF_EACH_FAMILY = 700  # three families: more than 2000


def run_program(context, target, *arguments, timeout=3600, **environment):
    done = subprocess.run(
        [context.program(target), *arguments], cwd=ROOT, env=context.environment(**environment),
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=timeout, check=False,
    )
    (context.folder / f"{target}.log").write_text(done.stdout + done.stderr)
    return done


def table_of(done, what, asked, count):
    """A row for each line of figures ("NAME   word 12  word 3 ..."), and one for the program's own judgement."""
    lines = [line for line in done.stdout.splitlines() if re.search(r"\bexhaustive +\d+ .*\bcutset +\d+", line)]
    rows = []
    for line in lines:
        name, figures = re.match(r"(.*?)\s+((?:applications|exhaustive) +\d.*)", line).groups()
        rows.append(row(f"{what}: {name}", asked, re.sub(r"\s+", " ", figures), done.returncode == 0))
    verdict = "all held" if done.returncode == 0 else "FAILED, see the log of the step"
    rows.append(row(f"{what}: {count} lines, each checked", "exit code 0", f"{len(lines)} lines, {verdict}",
                    done.returncode == 0 and len(lines) == count))
    return rows


def shapes(context):
    done = run_program(context, "shapes_test")
    return table_of(done, "shape", "same minimal sets, cutset <= composed", 9)


def random_applications(context):
    done = run_program(context, "random_test", CUTSET_RANDOM_APPLICATIONS=str(APPLICATIONS_OF_EACH_FAMILY))
    return table_of(done, f"{APPLICATIONS_OF_EACH_FAMILY} random applications",
                    "same minimal sets, cutset <= reduced, <= 0.75 of its sum", 3)


def live_shapes(context):
    expected = json.loads((ROOT / "tests/shapes/expected.json").read_text())["shapes"]
    rows = []
    for name, shape in expected.items():
        code, seconds, records = campaign(context, ROOT / "tests/shapes" / name / "cutset.yaml", f"shape-{name}")
        found = sorted(journal.findings(records))
        wanted = sorted(tuple(sorted(events)) for events in shape["minimal_breaking_sets"])
        end = journal.last(records, "end") or {}
        experiments = end.get("experiments", 0)
        rows.append(row(
            f"live shape {name}", f"{len(wanted)} minimal sets, at most {shape['composed']} experiments",
            f"{len(found)} sets{'' if found == wanted else ' (others)'}, {experiments} experiments"
            f" (exhaustive {exhaustive_of(end)}), exit code {code}, {seconds:.1f} s",
            found == wanted and 0 < experiments <= shape["composed"] and code == (1 if wanted else 0)))
    return rows


def proxy(context):
    """The benchmark prints {"direct_p50_us", "passing_p50_us", "marked_p50_us"} as its last line."""
    done = run_program(context, "proxy_benchmark", "--json")
    figures = json.loads(done.stdout.strip().splitlines()[-1])
    rows = []
    for name, limit in (("passing", 200), ("marked", 500)):
        added = figures[f"{name}_p50_us"] - figures["direct_p50_us"]
        rows.append(row(f"proxy, {name}: added p50, 4 connections", f"< {limit} us", f"{added:.0f} us", added < limit))
    return rows
