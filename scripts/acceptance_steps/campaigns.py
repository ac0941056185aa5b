"""Campaigns on the example: what they find, how long they take, whether they repeat."""
import json
import shutil
import time

import journal
from .common import ROOT, row

BOOKSHOP = ROOT / "examples/bookshop"
REPETITIONS = 20
LONGEST_SECONDS = 90
LARGEST_OVERHEAD_MS = 10


def campaign(context, config, name, *arguments, **how):
    """One campaign from nothing: (exit code, seconds, records of its journal). `how`: see Context.cutset."""
    state = context.folder / "state" / name
    shutil.rmtree(state, ignore_errors=True)
    begun = time.monotonic()
    done = context.cutset("run", config, "--state", state, *arguments, **how)
    seconds = time.monotonic() - begun
    (context.folder / f"{name}.log").write_text(done.stdout + done.stderr)
    records = journal.read(state / "journal.jsonl") if (state / "journal.jsonl").exists() else []
    return done.returncode, seconds, records


def expected_of(config):
    return json.loads((config.parent / "expected.json").read_text())


def exhaustive_of(end):
    return ("at least " if end.get("exhaustive_is_lower_bound") else "") + str(end.get("exhaustive"))


def demo(context):
    rows = []
    for name, config, code in (
        ("bookshop", BOOKSHOP / "cutset.yaml", 1),
        ("fixed", BOOKSHOP / "fixed/cutset.yaml", 0),
    ):
        found_code, seconds, records = campaign(context, config, name)
        found, expected = journal.findings(records), expected_of(config)
        texts = journal.differences(found, expected)
        end = journal.last(records, "end") or {}
        planted = len(expected["findings"])
        rows += [
            row(f"{name}: exit code", code, found_code, found_code == code),
            row(f"{name}: findings", f"{planted}, as planted", "; ".join(texts) or f"{len(found)}, as planted", not texts),
            row(f"{name}: seconds", f"< {LONGEST_SECONDS}", f"{seconds:.1f}", seconds < LONGEST_SECONDS),
            row(f"{name}: experiments (exhaustive search)", "both told", f"{end.get('experiments')} ({exhaustive_of(end)})",
                end.get("exhaustive")),
            row(f"{name}: statement what was covered", "told", end.get("statement", "none"), end.get("statement")),
        ]
    return rows


def overhead(context):
    state = context.folder / "state/bookshop/journal.jsonl"
    records = journal.read(state) if state.exists() else campaign(context, BOOKSHOP / "cutset.yaml", "bookshop")[2]
    milliseconds = journal.last(records, "end")["overhead_ns"] / 1e6
    return [row("campaign overhead an experiment, median", f"< {LARGEST_OVERHEAD_MS} ms", f"{milliseconds:.2f} ms",
                milliseconds < LARGEST_OVERHEAD_MS)]


def repeat(context):
    """Kept after each repetition: an interrupted step goes on where it was."""
    kept = context.kept("repeat-done.json") or []
    for number in range(len(kept), REPETITIONS):
        code, seconds, records = campaign(context, BOOKSHOP / "cutset.yaml", "repeat")
        kept.append({"code": code, "seconds": seconds, "signature": json.dumps(journal.signature(records))})
        context.keep("repeat-done.json", kept)
        print(f"repetition {number + 1} of {REPETITIONS}: {seconds:.1f} s, exit code {code}", flush=True)
    different = {one["signature"] for one in kept}
    counts = sorted({json.loads(one["signature"])[1] for one in kept}, key=str)
    slowest = max(one["seconds"] for one in kept)
    return [
        row(f"bookshop, {len(kept)} campaigns: findings and counts", "identical",
            f"{len(different)} different, experiments {counts}", len(different) == 1 and len(kept) == REPETITIONS),
        row(f"bookshop, {len(kept)} campaigns: slowest", f"< {LONGEST_SECONDS} s", f"{slowest:.1f} s", slowest < LONGEST_SECONDS),
    ]
