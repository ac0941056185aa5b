#!/usr/bin/env python3
"""Checks FDSL 1 files against the rules of FaultSee's two parsers, independently of cutset.

    faultsee_rules.py [--self-test] FILE_OR_FOLDER...

A file passes if FaultSee's master (PyYAML, YAML 1.1) and its local controllers both accept it, both number its
events alike, and nothing in it is drawn at random. Prints "file: what is wrong" and ends with 1 if anything is.
--self-test breaks each file in ways that must be noticed.
"""
import copy
import pathlib
import sys

try:
    import yaml
except ImportError:
    print("not run: PyYAML (python3-yaml) is not installed")
    sys.exit(77)

SIGNALS = {"SIG" + name for name in (
    "HUP INT QUIT ILL TRAP ABRT IOT BUS EMT FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CLD CONT STOP TSTP "
    "TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO POLL PWR INFO LOST SYS UNUSED").split()}
FAULTS = {"kill", "signal", "cpu", "custom"}


class Loader(yaml.SafeLoader):
    """Refuses repeated keys, which PyYAML would hide."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(set(map(repr, keys))) != len(keys):
            raise yaml.YAMLError(f"a repeated key among {keys}")
        return super().construct_mapping(node, deep)


def is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


class Checker:
    def __init__(self):
        self.wrong = []
        self.alive = {}  # service -> set of slots
        self.next = {}  # service -> the next free slot
        self.master_ids = []
        self.controller_ids = []

    def need(self, condition, text):
        if not condition:
            self.wrong.append(text)
        return condition

    def only_key(self, item, known, where):
        if not self.need(isinstance(item, dict) and len(item) == 1, f"{where}: exactly one key, found {item!r}"):
            return None, None
        key, value = next(iter(item.items()))
        if not self.need(key in known, f"{where}: unknown key {key!r}"):
            return None, None
        return key, value

    def check(self, document):
        if not self.need(isinstance(document, dict), "the file is no map"):
            return
        environment = document.get("environment") or {}
        for key, value in environment.items():
            self.need(not isinstance(value, (dict, list)), f"environment.{key}: nested")
        seed = environment.get("seed", 789)
        self.need(is_int(seed) and -2**63 <= seed < 2**63, f"environment.seed: {seed!r}")
        self.need("fdsl" not in environment, "environment.fdsl: portable files are FDSL 1")
        events = document.get("events")
        if self.need(isinstance(events, list) and events, "events: no list"):
            self.check_events(events)

    def check_events(self, events):
        parsed = [self.only_key(item, {"beginning", "moment", "end"}, "events") for item in events]
        if any(key is None for key, _ in parsed):
            return
        self.need([key for key, _ in parsed].count("end") == 1 and parsed[-1][0] == "end", "one end, the last event")
        self.need([key for key, _ in parsed].count("beginning") == 1 and parsed[0][0] == "beginning", "begins once")
        beginning = parsed[0][1]
        if not self.need(isinstance(beginning, dict), "beginning: no map"):
            return
        self.number(("beginning",))
        for service, count in beginning.items():
            self.need(isinstance(service, str) and "." not in service, f"beginning: the name {service!r}")
            if self.need(is_int(count) and count >= 0, f"beginning.{service}: {count!r}"):
                self.alive[service] = set(range(count))
                self.next[service] = count
        times = []
        for key, value in parsed:
            if key == "moment" and self.need(isinstance(value, dict), "moment: no map"):
                time = value.get("time")
                if self.need(is_int(time) and time >= 0, f"moment.time: {time!r}"):
                    times.append(time)
                self.check_moment(value)
        self.need(times == sorted(times), "moments are not in the order of their times")
        end = parsed[-1][1]
        self.need(is_int(end) and end >= max(times, default=0), f"end: {end!r}")
        self.number(("end",))
        self.need(self.master_ids == self.controller_ids, "master and local controllers number events differently")

    def number(self, what):
        self.master_ids.append(what)
        self.controller_ids.append(what)

    def check_moment(self, moment):
        self.need(set(moment) <= {"time", "mark", "services"}, f"moment: unknown keys in {sorted(moment)}")
        mark, services = moment.get("mark", ""), moment.get("services") or {}
        self.need(isinstance(mark, (str, int)), f"moment.mark: {mark!r}")
        self.need(mark != "" or services, "moment: Empty")
        if not self.need(isinstance(services, dict), "moment.services: no map"):
            return
        # The master counts a mark with events, the local controllers do not; their services are sorted.
        if mark != "":
            self.master_ids.append(("mark", mark))
            if not services:
                self.controller_ids.append(("mark", mark))
        numbered = {}
        for service, events in services.items():
            if self.need(service in self.alive, f"{service!r} is not in beginning") and self.need(
                    isinstance(events, list), f"services.{service}: no list"):
                numbered[service] = [one for event in events for one in self.check_event(service, event)]
        for service in services:
            self.master_ids += numbered.get(service, [])
        for service in sorted(services, key=lambda name: name.encode()):
            self.controller_ids += numbered.get(service, [])

    def check_event(self, service, event):
        key, value = self.only_key(event, {"start", "stop", "fault"}, service)
        if key is None or not self.need(isinstance(value, dict), f"{service}.{key}: no map"):
            return []
        if key == "start":
            amount = value.get("amount")
            if self.need(set(value) == {"amount"} and is_int(amount) and amount >= 1, f"start: {value!r}"):
                self.alive[service] |= set(range(self.next[service], self.next[service] + amount))
                self.next[service] += amount
            return [("start", service)]
        if key == "stop":
            return self.hit(service, value, True)
        self.need(set(value) - {"target"} <= FAULTS and len(value) == 2 and "target" in value, f"fault: {sorted(value)}")
        kills = False
        for kind in FAULTS & set(value):
            kills = self.check_fault(kind, value[kind])
        return self.hit(service, value.get("target"), kills)

    def check_fault(self, kind, value):
        if kind == "kill":
            return True
        if not self.need(isinstance(value, dict), f"{kind}: no map"):
            return False
        if kind == "cpu":
            self.need(set(value) == {"duration"} and is_int(value["duration"]) and value["duration"] >= 1, f"cpu: {value}")
            return False
        kills = value.get("kills_container")
        self.need(isinstance(kills, str) and kills.lower() in ("yes", "no"), f"{kind}.kills_container: {kills!r}")
        if kind == "signal":
            self.need(value.get("signal") in SIGNALS and len(value) == 2, f"signal: {value!r}")
            return str(kills).lower() == "yes"
        known = {"kills_container", "fault_file_name", "fault_file_folder", "fault_script_arguments", "executable",
                 "executable_arguments"}
        self.need(set(value) <= known, f"custom: unknown keys in {sorted(value)}")
        self.need(isinstance(value.get("fault_file_name"), str), "custom.fault_file_name is missing")
        for key in ("fault_script_arguments", "executable_arguments"):
            arguments = value.get(key, [])
            self.need(isinstance(arguments, list) and all(isinstance(one, str) for one in arguments),
                      f"custom.{key}: an argument is not in quotes: {arguments!r}")
        return str(kills).lower() == "yes"

    def hit(self, service, target, kills):
        if not self.need(isinstance(target, dict) and set(target) == {"specific"}, f"target: {target!r}"):
            return []
        slots = target["specific"]
        if not self.need(isinstance(slots, list) and slots and all(is_int(slot) for slot in slots), f"specific: {slots!r}"):
            return []
        self.need(set(slots) <= self.alive[service], f"{service}: {slots} are not all alive")
        self.need(not kills or len(set(slots)) == len(slots), f"{service}: a slot is killed twice: {slots}")
        if kills:
            self.alive[service] -= set(slots)
        return [("hit", service, slot) for slot in slots]


def problems(text):
    try:
        documents = list(yaml.load_all(text, Loader))
    except (yaml.YAMLError, ValueError) as error:
        return [f"not YAML 1.1: {error}"]
    if len(documents) != 1:
        return [f"{len(documents)} documents"]
    return document_problems(documents[0])


def document_problems(document):
    checker = Checker()
    checker.check(document)
    return checker.wrong


def broken(document):
    """Ways of breaking a good file; each must be noticed."""
    def changed(change):
        copied = copy.deepcopy(document)
        change(copied)
        return copied

    yield "no end", changed(lambda one: one["events"].pop())
    yield "end first", changed(lambda one: one["events"].insert(1, one["events"].pop()) if len(one["events"]) > 2
                               else one["events"].insert(0, one["events"].pop()))
    yield "two keys", changed(lambda one: one["events"][-1].update(moment={}))
    yield "nested environment", changed(lambda one: one["environment"].update(x={}))
    yield "float seed", changed(lambda one: one["environment"].update(seed=1.5))
    yield "negative beginning", changed(lambda one: one["events"][0]["beginning"].update(new=-1))
    yield "empty moment", changed(lambda one: one["events"].insert(1, {"moment": {"time": 0}}))
    yield "float time", changed(lambda one: one["events"].insert(1, {"moment": {"time": 0.5, "mark": "x"}}))
    yield "stranger", changed(
        lambda one: one["events"].insert(1, {"moment": {"time": 0, "services": {"nobody": [{"stop": {"amount": 1}}]}}}))
    for index, event in enumerate(document["events"]):
        for service, items in (event.get("moment") or {}).get("services", {}).items():
            def inner(change, index=index, service=service):
                return changed(lambda one: change(one["events"][index]["moment"]["services"][service]))
            yield "null list", changed(
                lambda one: one["events"][index]["moment"]["services"].update({service: None}))
            yield "mark beside events", changed(lambda one: one["events"][index]["moment"].update(mark="x"))
            for number, item in enumerate(items):
                if "fault" in item:
                    yield "dead", inner(lambda one: one[number]["fault"]["target"].update(specific=[77777]))
                    yield "drawn", inner(lambda one: one[number]["fault"].update(target={"amount": 1}))
                    yield "unknown fault", inner(lambda one: one[number]["fault"].update(partition={}))
                custom = item.get("fault", {}).get("custom")
                if custom:
                    yield "unquoted yes", inner(lambda one: one[number]["fault"]["custom"].update(kills_container=True))
                    yield "unquoted argument", inner(
                        lambda one: one[number]["fault"]["custom"].update(fault_script_arguments=[10]))


def main():
    arguments = sys.argv[1:]
    self_test = "--self-test" in arguments
    files = []
    for path in (pathlib.Path(one) for one in arguments if not one.startswith("--")):
        files += sorted(path.glob("*.portable")) if path.is_dir() else [path]
    failures = 0
    breaks = 0
    for file in files:
        text = file.read_text(encoding="utf-8")
        for wrong in problems(text):
            print(f"{file}: {wrong}")
            failures += 1
        if not self_test:
            continue
        for name, document in broken(yaml.load(text, Loader)):
            breaks += 1
            if not document_problems(document):
                print(f"{file}: \"{name}\" was not noticed")
                failures += 1
    print(f"{len(files)} files, {breaks} broken copies, {failures} failures")
    return 1 if failures or not files else 0


if __name__ == "__main__":
    sys.exit(main())
