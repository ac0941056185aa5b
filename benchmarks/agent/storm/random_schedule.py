"""A random schedule that no reader refuses: everything is drawn with one generator, so a seed is a schedule."""
import json

END_SECONDS = 3
SERVICES = ("left", "right", "bystander")
SLOTS = 3
AT_FIRST = {"left": 2, "right": 2, "bystander": 1}


class Draw:
    def __init__(self, chance):
        self.chance = chance
        self.alive = {service: set(range(count)) for service, count in AT_FIRST.items()}
        self.known = dict(AT_FIRST)
        self.labels = []

    def lasting(self):
        """For some time, until healed, or to the end."""
        kind = self.chance.randrange(3)
        if kind == 0:
            return {"duration_milliseconds": self.chance.randint(50, 1500)}
        label = f"l{len(self.labels)}"
        self.labels.append(label)
        return {"label": label}

    def peers(self, service):
        return [{"service": "right" if service == "left" else "left"}]

    def network_fault(self, service):
        kind = self.chance.choice(["partition", "partition", "delay", "bandwidth", "omission"])
        to = {"to": self.peers(service), **self.lasting()}
        if kind == "partition":
            return {"partition": {**to, "direction": self.chance.choice(["both", "in", "out"])}}
        if kind == "delay":
            return {"delay": {**to, "milliseconds": self.chance.randint(1, 300)}}
        if kind == "bandwidth":
            # What an instance receives cannot be told apart from what its neighbour of the same host does.
            return {"bandwidth": {**to, "kilobits_per_second": self.chance.randint(8, 5000), "direction": "out"}}
        return {"omission": {**to, "framing": "datagram"}}

    def fault(self, service, slot):
        kind = self.chance.choice(["network"] * 5 + ["pause"] * 3 + [
            "kill", "crash", "crash_restart", "signal", "cpu", "memory", "disk", "custom", "wipe"])
        if kind == "network" and service != "bystander":  # it is elsewhere: its links cannot be told apart on processes
            return self.network_fault(service)
        if kind in ("pause", "network"):
            return {"pause": self.lasting()}
        if kind in ("kill", "crash", "crash_restart"):
            self.alive[service].discard(slot)
            restart = {"restart_after_milliseconds": self.chance.randint(50, 800)} if kind == "crash_restart" else None
            return {"kill": None} if kind == "kill" else {"crash": restart}
        return {
            "signal": {"signal": {"signal": "SIGCONT", "kills_container": "no"}},
            "cpu": {"cpu_pressure": {"cores": 1, "duration": 1}},
            "memory": {"memory_pressure": {"megabytes": 16, "duration": 1}},
            "disk": {"disk_pressure": {"path": "FOLDER/disk", "megabytes": 4, "duration": 1}},
            "custom": {"custom": {"kills_container": "no", "executable": "/bin/sh", "fault_file_folder": "FOLDER/",
                                  "fault_file_name": "custom-fault"}},
            "wipe": {"disk_wipe": {"path": "FOLDER/wiped"}},
        }[kind]

    def event(self, service):
        """One event of this service, or nothing if none can be."""
        kind = self.chance.choice(["fault"] * 8 + ["start", "stop", "restart", "heal"])
        alive = sorted(self.alive[service])
        if kind == "heal" and self.labels:
            return {"heal": {"label": self.chance.choice(self.labels)}}
        if kind == "start" and self.known[service] < SLOTS:
            self.alive[service].add(self.known[service])
            self.known[service] += 1
            return {"start": {"amount": 1}}
        if kind == "restart":
            slot = self.chance.randrange(self.known[service])
            self.alive[service].add(slot)
            return {"restart": {"specific": [slot]}}
        if not alive:
            return None
        slot = self.chance.choice(alive)
        if kind == "stop":
            self.alive[service].discard(slot)
            return {"stop": {"specific": [slot]}}
        fault = self.fault(service, slot)
        return {"fault": {"target": {"specific": [slot]}, **fault}}


def random_schedule(chance):
    """The text of a schedule; FOLDER in it is to be replaced."""
    draw = Draw(chance)
    moments = []
    for time in sorted(chance.sample(range(50, END_SECONDS * 1000 - 200), chance.randint(3, 10))):
        service = chance.choice(SERVICES)
        event = draw.event(service)
        if event is not None:
            moments.append({"moment": {"time_milliseconds": time, "services": {service: [event]}}})
    schedule = {"environment": {"fdsl": 2},
                "events": [{"beginning": AT_FIRST}, *moments, {"end": END_SECONDS}]}
    return json.dumps(schedule, indent=1)  # JSON is YAML
