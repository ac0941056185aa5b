#!/usr/bin/env python3
"""Reads the journal of a campaign (docs/formats.md) and compares its findings with what an example expects.

    scripts/journal.py JOURNAL EXPECTED.json

A finding is told by the calls that it fails; its modes must be among those that are expected.
Exit code 1 if something differs.
"""
import collections
import json
import sys


def read(path):
    """All records; a last line that a crash cut off is left out."""
    records = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.endswith("\n"):
                records.append(json.loads(line))
    return records


def last(records, kind):
    return next((record for record in reversed(records) if record["type"] == kind), None)


def modes_of(fault):
    return {fault["mode"], *fault.get("alternatives", [])}


def findings(records):
    """{events: ({event: modes}, names of broken outcomes)} of what counts as a finding."""
    result = {}
    for record in records:
        if record["type"] != "finding" or record["kind"] != "finding" or record["status"] != "confirmed":
            continue
        events = tuple(sorted(fault["event"] for fault in record["faults"]))
        modes, outcomes = result.setdefault(events, (collections.defaultdict(set), set()))
        for fault in record["faults"]:
            modes[fault["event"]] |= modes_of(fault)
        outcomes |= {outcome["name"] for outcome in record["outcomes"]}
    return result


def is_expected(mode, modes):
    return mode in modes or (mode.startswith("delay(") and "delay" in modes)


def differences(found, expected):
    """What is missing, unexpected or in other modes, in words."""
    texts = []
    rest = dict(found)
    for bug in expected["findings"]:
        events = tuple(sorted(fault["event"] for fault in bug["faults"]))
        if events not in rest:
            texts.append(f"bug {bug['bug']} was not found: {', '.join(events)}")
            continue
        modes, outcomes = rest.pop(events)
        if bug["outcome"] not in outcomes:
            texts.append(f"bug {bug['bug']} broke {sorted(outcomes)}, not {bug['outcome']!r}")
        for fault in bug["faults"]:
            others = [mode for mode in sorted(modes[fault["event"]]) if not is_expected(mode, fault["modes"])]
            if others:
                texts.append(f"bug {bug['bug']} was found in other modes: {', '.join(others)} on {fault['event']}")
    for events, (modes, outcomes) in rest.items():
        faults = "; ".join(f"{' or '.join(sorted(modes[event]))} on {event}" for event in events)
        texts.append(f"a finding that is not expected: {faults} (broke {', '.join(sorted(outcomes))})")
    return texts


def signature(records):
    """What must be equal in every repetition of a campaign: findings, in order and in full, and counts."""
    end = last(records, "end") or {}
    found = [
        (record["kind"], record["status"], json.dumps(record["faults"]), [o["name"] for o in record["outcomes"]])
        for record in records
        if record["type"] == "finding"
    ]
    return found, end.get("experiments"), end.get("runs"), end.get("counts")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    records = read(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        expected = json.load(file)
    found = findings(records)
    end = last(records, "end")
    if end is None:
        sys.exit("the journal has no end: the campaign was cut off")
    texts = differences(found, expected)
    print(f"{len(found)} findings, {len(expected['findings'])} expected; {end['experiments']} experiments, ", end="")
    print(f"exhaustive search: {'at least ' if end.get('exhaustive_is_lower_bound') else ''}{end['exhaustive']}")
    for text in texts:
        print(f"DIFFERS: {text}")
    sys.exit(1 if texts else 0)


if __name__ == "__main__":
    main()
