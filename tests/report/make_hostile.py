#!/usr/bin/env python3
"""Writes a journal whose names try to break out of every format: markup, terminal escapes, text that runs
backwards, bytes that are no UTF-8, times that make no sense, siblings in flight together, a call that never ended.
"""
import json

SERVICE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
QUOTES = "a\"b'c&d<e>"
ESCAPES = "%1B[31mred%1B[0m%07%C2"  # as the bytes of a service name stand in a call identity
BACKWARDS = "abc\u202edcba\u2028x"
ROOT = f"{QUOTES}:POST /orders#1".replace(">", "%3E")


def point(service, rest):
    return service.replace(">", "%3E").replace("#", "%23") + ":" + rest


CHILDREN = [point(SERVICE, "GET /x#1"), point(ESCAPES, "GET /" + "long/" * 60 + "#1"), point(BACKWARDS, "GET /y{]]>--&}#1"
                                                                                           .replace("]]>", "]]%3E")),
            point(SERVICE, "GET /same#1"), point(SERVICE, "GET /same#2")]  # fmt: skip


def call(event, parent, seen, start, end, fault=None, executed=True, unfinished=False):
    return {"id": event, "parent": parent, "method": "GET", "target": "/\u0000\u001b]0;title\u0007", "effectful": False,
            "executed": executed, "answered": None, "seen": seen, "fault": fault, "start_ns": start, "end_ns": end,
            "unfinished": unfinished, "trace_id": "", "span_id": ""}  # fmt: skip


def execution(run, faulted):
    ok, bad = {"kind": "status", "status": 200}, {"kind": "reset"}
    low, high = -(2**63), 2**63 - 1
    calls = [call(ROOT, -1, ok, low, high, executed=True)]
    for i, child in enumerate(CHILDREN):
        hit = faulted and i == 0
        calls.append(call(f"{ROOT} > {child}", 0, bad if hit else ok, 1000 + i, 1, fault="reset" if hit else None))
    together = [4, 5]
    for i in together:
        calls[i]["start_ns"], calls[i]["end_ns"] = 5000 + i, 9000 + i
    calls[2]["unfinished"] = True
    return {"run": run, "calls": calls, "unproxied": [{"caller": SERVICE, "callee": "\u001b[2J", "operation": "x"}],
            "unmarked_calls": 0}  # fmt: skip


def result(run, experiment, faults, state):
    outcomes = [{"name": "<b>&\u001b[1m", "state": state, "from_answer": True, "found": "\u0000\ufffe<i>", "expected": "]]>"}]
    listed = [{"event": e, "mode": "reset", "armed": True, "fired": True, "undone": True, "fired_on": e, "error": ""}
              for e in faults]  # fmt: skip
    return {"type": "result", "experiment": experiment, "run": run, "purpose": "explore", "verdict": state,
            "fired": [{"event": e, "mode": "reset"} for e in faults],
            "result": {"execution": execution(run, bool(faults)), "faults": listed, "outcomes": outcomes, "notes": [],
                       "timing": {"total_ns": -1}}}  # fmt: skip


def main():
    hit = f"{ROOT} > {CHILDREN[0]}"
    faults = [{"event": hit, "mode": "reset"}]
    records = [
        {"type": "campaign", "schema_version": 1, "cutset": "<v>", "name": SERVICE + "\u001b]8;;x\u0007", "started": "\"",
         "seed": 1, "budget": {"faults": 1}, "modes": ["reset"], "config": "", "fault_free_runs": 1, "repeat": 1},
        {"type": "plan", "experiment": 1, "run": "r<1>", "purpose": "fault-free", "faults": [], "reason": "<"},
        result("r<1>", 1, [], "held"),
        {"type": "plan", "experiment": 2, "run": "r&2", "purpose": "explore", "faults": faults, "reason": "\u202e"},
        result("r&2", 2, [hit], "violated"),
        {"type": "finding", "id": "ffffffffffffffff", "experiment": 2, "status": "confirmed", "kind": "finding",
         "faults": [{**faults[0], "alternatives": ["reset"]}],
         "outcomes": result("", 2, [], "violated")["result"]["outcomes"], "reproduced": {"k": 1, "n": 1},
         "subsets": [], "words": "", "run": "r&2", "good_run": "r<1>"},
        {"type": "note", "text": "</ul></details>"},
        {"type": "end", "status": "exhausted", "why": "", "exit_code": 1, "experiments": 2, "runs": 2, "exhaustive": 2,
         "exhausted_to": 1, "statement": "<script>alert(3)</script>", "assumptions": ["<a href=http://x>"],
         "counts": {"held": 1, "violated": 1}, "calls": 6, "candidates": 5, "unstable": ["<u>"], "elapsed_ns": 1,
         "overhead_ns": -1},
    ]  # fmt: skip
    for record in records:
        print(json.dumps(record))


if __name__ == "__main__":
    main()
