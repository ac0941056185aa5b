#!/usr/bin/env python3
"""Writes a journal as a campaign on a shop of ten services would: 20 calls, six findings, one accepted single
point of failure, a flaky violation, a wrong prediction, an inconclusive and an unreachable experiment.

    make_journal.py [--cut-off] > journal.jsonl

The journals of the golden tests beside this file were made with it. The application below is simulated: each
service is a function that makes calls; a fault set decides what they see. So fallbacks, retries and missing calls are
what they would be. Everything is deterministic.
"""
import argparse
import itertools
import json

MS = 1_000_000
START = 1_760_000_000_000_000_000
OK = 200


class Run:
    """One execution under a fault set: event -> mode."""

    def __init__(self, name, faults):
        self.name, self.faults = name, faults
        self.calls, self.now, self.fired = [], START, {}
        self.ordinals = {}

    def call(self, parent, callee, operation, handler=None, took=2, key="", patience=300):
        """Makes a call for the handler `parent` (an index, -1: the client); returns what the caller sees."""
        point = f"{callee}:{operation}" + (f"{{{key}}}" if key else "")
        count = self.ordinals[parent, point] = self.ordinals.get((parent, point), 0) + 1
        prefix = self.calls[parent]["id"] + " > " if parent >= 0 else ""
        event = f"{prefix}{point}#{count}"
        mode = self.faults.get(event)
        index = len(self.calls)
        method, route = operation.split(" ", 1)
        entry = {
            "id": event, "parent": parent, "method": method, "target": route.replace(":id", key or "17"),
            "effectful": method == "POST", "executed": True, "answered": None, "seen": None, "fault": mode,
            "start_ns": self.now, "end_ns": 0, "unfinished": False,
            "trace_id": "5b8efff798038103d269b633813fc60c", "span_id": f"{index + 1:016x}",
        }  # fmt: skip
        self.calls.append(entry)
        if mode:
            self.fired[event] = mode
        begin = self.now
        if mode and (mode.startswith("error(") or mode == "refuse"):
            entry["executed"] = False
            self.now += MS // 5
            seen = int(mode[6:-1]) if mode.startswith("error(") else "refused"
        else:
            self.now += took * MS // 2
            status = handler(self, index) if handler else OK
            self.now += took * MS // 2
            entry["answered"] = answer(status)
            seen = status
            if mode and mode.startswith("error_after("):
                seen = int(mode[12:-1])
            elif mode == "timeout" or (mode and mode.startswith("delay(")):
                seen = "timeout"
                self.now = max(self.now, begin + patience * MS)
        entry["seen"] = answer(seen)
        entry["end_ns"] = self.now
        self.now += MS // 10
        return seen

    def execution(self):
        return {"run": self.name, "calls": self.calls,
                "unproxied": [{"caller": "orders", "callee": "127.0.0.1:6379", "operation": "SET"}],
                "unmarked_calls": 0}  # fmt: skip


def fresh_state():
    return {"total": 42, "address": "known", "ships": "known", "charges": 0, "shipments": 0}


def answer(seen):
    if isinstance(seen, str):
        return {"kind": seen}
    return {"kind": "status", "status": seen, "exact": f"{seen:016x}", "shape": f"{seen:016x}"}


# The shop. Each handler takes the run and its own index, and returns the status that it answers.


def customers(run, me):
    for service, path in (("store", "GET /profiles/:id"), ("replica", "GET /profiles/:id"), ("billing", "GET /accounts/:id")):
        if run.call(me, service, path) == OK:
            return OK
    run.state["address"] = "unknown"
    return OK  # planted: a default that passes for an address


def catalog(run, me):
    for isbn in ("9780131103627", "9780201633610"):
        run.call(me, "store", "GET /books/:id", key=isbn)
    if run.call(me, "store", "GET /prices") != OK and run.call(me, "replica", "GET /prices") != OK:
        run.state["total"] = 0
    run.call(me, "extras", "GET /recommendations/for/customers/with/:id/similar", took=6)
    return OK


def stock(run, me):
    if run.call(me, "north", "GET /stock") == 500:
        run.call(me, "south", "GET /stock")
    elif run.last(me) != OK:
        run.state["ships"] = "unknown"  # planted: the fail-over knows 500 only
    return OK


def payment(run, me):
    run.state["charges"] += 1
    run.call(me, "ledger-with-a-very-long-service-name", "POST /entries")
    return OK


def shipping(run, me):
    quote = run.call(me, "carrier", "GET /quotes", patience=120)
    if quote == "timeout":
        run.state["shipments"] += 2  # planted: asks again and books twice
    else:
        run.state["shipments"] += 1
    run.call(me, "carrier", "POST /bookings")
    return OK


def gateway(run, me):
    run.call(me, "customers", "GET /customers/:id", customers)
    run.call(me, "catalog", "GET /books", catalog)
    run.call(me, "stock", "GET /stock", stock)
    if run.call(me, "tax", "GET /rates/:id", key="de") != OK and run.call(me, "tax", "GET /rates/:id", key="de") != OK:
        return 500
    for _ in range(2):
        if run.call(me, "payment", "POST /charges", payment) == OK:
            break
    else:
        return 503
    run.call(me, "shipping", "POST /shipments", shipping)
    run.call(me, "extras", "POST /views")
    return 201


def last(run, parent):
    return next(c["seen"].get("status", c["seen"]["kind"]) for c in reversed(run.calls) if c["parent"] == parent)


Run.last = last


def judge(run, status):
    state = run.state
    clean = status == 503 and state["charges"] == 0
    checks = [
        ("order confirmed", status == 201, f"status {status}", "status 201", True),
        ("right total", state["total"] == 42, f"$.total is {state['total']}", "42", False),
        ("right address", state["address"] == "known", f"$.address is {state['address']}", "known", False),
        ("right day of dispatch", state["ships"] == "known", f"$.ships is {state['ships']}", "known", False),
        ("charged exactly once", state["charges"] == 1, f"{state['charges']} charges", "1 charge", False),
        ("shipped exactly once", state["shipments"] == 1, f"{state['shipments']} shipments", "1 shipment", False),
    ]  # fmt: skip
    bad = "accepted" if clean else "violated"
    return [{"name": name, "state": "held" if good else bad, "from_answer": from_answer, "found": found,
             "expected": expected} for name, good, found, expected, from_answer in checks]  # fmt: skip


class Campaign:
    def __init__(self):
        self.lines, self.runs, self.experiments, self.elapsed = [], 0, 0, 0
        self.counts = {}

    def write(self, **record):
        self.lines.append(json.dumps(record))

    def run(self, faults, purpose, reason, number=None, verdict=None, flaky=False):
        if number is None:
            self.experiments += 1
            number = self.experiments
        self.runs += 1
        name = f"r{self.runs:04}"
        listed = [{"event": e, "mode": m} for e, m in sorted(faults.items())]
        self.write(type="plan", experiment=number, run=name, purpose=purpose, faults=listed, reason=reason)
        run = Run(name, faults)
        run.state = fresh_state()
        status = run.call(-1, "gateway", "POST /orders", gateway, took=4)
        outcomes = judge(run, 500 if flaky else status)
        states = {o["state"] for o in outcomes}
        judged = "violated" if "violated" in states else "accepted" if "accepted" in states else "held"
        if len(run.fired) < len(faults):
            judged = "inconclusive"
        took = run.now - START
        self.elapsed += took
        reports = [{"event": e, "mode": m, "armed": True, "fired": e in run.fired, "undone": True,
                    "fired_on": e if e in run.fired else "", "error": ""} for e, m in sorted(faults.items())]  # fmt: skip
        self.write(type="result", experiment=number, run=name, purpose=purpose, verdict=judged,
                   fired=[{"event": e, "mode": m} for e, m in sorted(run.fired.items())],
                   result={"execution": run.execution(), "faults": reports, "outcomes": outcomes, "notes": [],
                           "timing": {"reset_ns": MS, "workload_ns": took, "settle_ns": 5 * MS, "judge_ns": MS,
                                      "total_ns": took + 7 * MS}})  # fmt: skip
        if purpose not in ("confirm", "repeat-held") and not (purpose == "fault-free" and self.runs > 1):
            self.counts[judged] = self.counts.get(judged, 0) + 1
        return name, number, judged, outcomes

    def shown_by(self, faults):
        """A run of its own, or the fault-free one where the faults meet nothing."""
        probe = Run("", faults)
        probe.state = fresh_state()
        probe.call(-1, "gateway", "POST /orders", gateway, took=4)
        if len(probe.fired) < len(faults):
            return "r0001"
        return self.run(faults, "subset", "every proper subset has to hold")[0]

    def finding(self, identity, number, run, outcomes, faults, alternatives, status="confirmed", kind="finding", k=3):
        subsets = []
        for size in range(1, len(faults)):
            for chosen in itertools.combinations(sorted(faults.items()), size):
                shown = self.shown_by(dict(chosen))
                subsets.append({"faults": [{"event": e, "mode": m} for e, m in chosen], "shown_by": f"run {shown}"})
        listed = [{"event": e, "mode": m, "alternatives": alternatives} for e, m in sorted(faults.items())]
        broken = [o for o in outcomes if o["state"] == "violated"]
        self.write(type="finding", id=identity, experiment=number, status=status, kind=kind, faults=listed,
                   outcomes=broken, reproduced={"k": k, "n": 3}, subsets=subsets, words="", run=run,
                   good_run="r0001")  # fmt: skip


ROOT = "gateway:POST /orders#1"
STORE = f"{ROOT} > customers:GET /customers/:id#1 > store:GET /profiles/:id#1"
REPLICA = f"{ROOT} > customers:GET /customers/:id#1 > replica:GET /profiles/:id#1"
BILLING = f"{ROOT} > customers:GET /customers/:id#1 > billing:GET /accounts/:id#1"
PRICES = f"{ROOT} > catalog:GET /books#1 > store:GET /prices#1"
PRICES_2 = f"{ROOT} > catalog:GET /books#1 > replica:GET /prices#1"
NORTH = f"{ROOT} > stock:GET /stock#1 > north:GET /stock#1"
TAX = f"{ROOT} > tax:GET /rates/:id{{de}}#"
CHARGE = f"{ROOT} > payment:POST /charges#1"
QUOTES = f"{ROOT} > shipping:POST /shipments#1 > carrier:GET /quotes#1"
VIEWS = f"{ROOT} > extras:POST /views#1"
MODES = ["error(500)", "error(503)", "refuse", "timeout", "error_after(503)", "delay(500ms)"]

FOUND = [
    ("00000000000000a1", {NORTH: "error(503)"}, ["error(503)", "error_after(503)", "refuse"]),
    ("00000000000000a2", {NORTH: "timeout"}, ["timeout", "delay(500ms)"]),
    ("00000000000000b1", {PRICES: "error(500)", PRICES_2: "error(500)"}, MODES),
    ("00000000000000c1", {STORE: "error(500)", REPLICA: "error(500)", BILLING: "error(500)"}, MODES),
    ("00000000000000d1", {QUOTES: "delay(500ms)"}, ["delay(500ms)"]),
    ("00000000000000e1", {CHARGE: "error_after(503)"}, ["error_after(503)", "timeout"]),
    ("00000000000000f1", {TAX + "1": "error(503)", TAX + "2": "error(503)"}, MODES),
]


def campaign():
    c = Campaign()
    c.write(type="campaign", schema_version=1, cutset="0.1.0", name="bookshop", started="2026-11-21T10:00:00Z", seed=1,
            budget={"faults": 3}, modes=MODES, config="0123456789abcdef", fault_free_runs=3, repeat=3)  # fmt: skip
    for _ in range(3):
        c.run({}, "fault-free", "what success depends on", number=1)
    c.experiments = 1
    for event in (PRICES, STORE, TAX + "1", VIEWS):
        c.run({event: "error(500)"}, "explore", "no run shows what the caller does then")
    for identity, faults, alternatives in FOUND:
        run, number, _, outcomes = c.run(faults, "explore", "predicted to reach a state that was not seen")
        for i in range(2):
            c.run(faults, "confirm", f"run {i + 2} of 3", number=number)
        c.finding(identity, number, run, outcomes, faults, alternatives)
    c.write(type="wrong_prediction", experiment=7, handler="stock:GET /stock", after=["north:GET /stock#1 status:500"],
            expected="calls south:GET /stock#1", found="answers status:200", remedy="its rules are kept apart by position")
    run, number, _, outcomes = c.run({VIEWS: "timeout"}, "explore", "not seen", flaky=True)
    c.run({VIEWS: "timeout"}, "confirm", "run 2 of 3", number=number)
    c.run({VIEWS: "timeout"}, "confirm", "run 3 of 3", number=number)
    c.finding("00000000000000f7", number, run, outcomes, {VIEWS: "timeout"}, ["timeout"], status="flaky", k=1)
    entry = {ROOT: "refuse"}
    run, number, _, outcomes = c.run(entry, "explore", "not seen")
    c.finding("00000000000000ac", number, run, outcomes, entry, MODES, kind="accepted")
    both = {CHARGE: "error(503)", CHARGE[:-1] + "2": "error(503)"}
    c.run(both, "explore", "not seen")
    never = {NORTH: "error(500)", f"{ROOT} > stock:GET /stock#1 > south:GET /stock#2": "refuse"}
    c.run(never, "explore", "not seen")
    gone = {TAX + "2": "refuse"}
    number = c.run(gone, "explore", "not seen")[1]
    c.write(type="note", text=f"experiment {number}: {{refuse on {TAX}2}} cannot be reached")
    c.write(type="end", status="exhausted", why="", exit_code=1, experiments=c.experiments, runs=c.runs, exhaustive=127139,
            exhaustive_is_lower_bound=True, exhausted_to=3,
            statement="Every fault set of up to 3 faults on 24 calls leads, by the observed reactions, to a state that "
            "was observed and judged, or contains a reported one. Except 1 that were inconclusive.",
            assumptions=["composition: a handler is a function of its callees' answers", "determinism: a run repeats (3 "
                         "fault-free runs agreed)", "budget: at most 3 faults at a time"],
            counts=c.counts, inconclusive=1, calls=26, candidates=24,
            unstable=[f"{ROOT} > extras:GET /cache#1"], elapsed_ns=c.elapsed + 9 * MS * c.runs, overhead_ns=3_400_000)  # fmt: skip
    return c.lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cut-off", action="store_true", help="as if cutset had been killed while it wrote a line")
    lines = campaign()
    if parser.parse_args().cut_off:
        print("\n".join(lines[:30]))
        print(lines[30][: len(lines[30]) // 2], end="")
    else:
        print("\n".join(lines))


if __name__ == "__main__":
    main()
