"""Ten agents in ten network namespaces: how exact, how even, how fast, and what watching costs. Needs root.

    ten_agents.py CUTSET CUTSET-AGENT [--hosts 10] [--rounds 10] [--only FAULT] [--json FILE]

Two plays. Together: each moment hits an instance on every host. Alone: one host at a time, in turn. In both, each fault that
can be played comes `rounds` times. From the records:
  error     fired minus planned, by the record's clock: from the decision to the moment when the fault is made. It contains
            the making, so that of a mark is the error of the timing alone. Of a custom action, and of a restart of what does
            not run, it ends when the command has been executed; of a stop, a kill or a restart of what runs, when the old
            process was told to end
  spread    between the first and the last host of one moment
  undone    after the planned end of what lasts
  verified  from the decision until the agent has seen the effect
  sampling  CPU time of each agent for sampling every second, by its own count
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
AIM_MS = 20
APART_MS = 700  # moments of different faults do not meet
FIRST_MS = 3000
LASTS_MS = 300

OTHER = [{"service": "other"}]
FAULTS = {
    "signal": {"signal": {"signal": "SIGCONT", "kills_container": "no"}},
    "pause": {"pause": {"duration_milliseconds": LASTS_MS}},
    "partition": {"partition": {"to": OTHER, "duration_milliseconds": LASTS_MS}},
    "delay": {"delay": {"to": OTHER, "milliseconds": 50, "duration_milliseconds": LASTS_MS}},
    "bandwidth": {"bandwidth": {"to": OTHER, "kilobits_per_second": 100, "duration_milliseconds": LASTS_MS}},
    "omission": {"omission": {"to": OTHER, "framing": "datagram", "duration_milliseconds": LASTS_MS}},
    "custom": {"custom": {"kills_container": "no", "executable": "/bin/sh", "fault_file_folder": "FOLDER/",
                          "fault_file_name": "nothing"}},
    "disk_wipe": {"disk_wipe": {"path": "FOLDER/wiped"}},
    "disk_pressure": {"disk_pressure": {"path": "FOLDER", "megabytes": 1, "duration_milliseconds": LASTS_MS}},
    "memory_pressure": {"memory_pressure": {"megabytes": 4, "duration_milliseconds": LASTS_MS}},
    "cpu_pressure": {"cpu_pressure": {"cores": 1, "duration_milliseconds": LASTS_MS}},
    "crash": {"crash": {"restart_after_milliseconds": LASTS_MS}},
    "kill": {"kill": None},
}

LASTING = {name for name, fault in FAULTS.items() if "duration_milliseconds" in (fault[name] or {})}


def schedule(hosts, rounds, together):
    """Each round: every fault with a mark before it, restart, stop, restart; slots are those of the hosts."""
    moments, time = [], FIRST_MS
    for number in range(rounds):
        slots = list(range(hosts)) if together else [number % hosts]
        for name, fault in FAULTS.items():
            moments.append({"moment": {"time_milliseconds": time + APART_MS // 2, "mark": f"{number} {name}"}})
            time += APART_MS
            event = {"fault": {"target": {"specific": slots}, **fault}}
            moments.append({"moment": {"time_milliseconds": time, "services": {"one": [event]}}})
        for event in ("restart", "stop", "restart"):
            time += APART_MS
            moments.append({"moment": {"time_milliseconds": time, "services": {"one": [{event: {"specific": slots}}]}}})
        time += APART_MS
    return {"environment": {"fdsl": 2},
            "events": [{"beginning": {"one": hosts, "other": 1}}, *moments, {"end": time // 1000 + 2}]}


def play(binaries, folder, hosts, rounds, together):
    folder.mkdir()
    (folder / "cutset.yaml").write_text((HERE / "cutset.yaml").read_text().replace("slots: 10", f"slots: {hosts}"))
    (folder / "wiped").mkdir()
    (folder / "nothing").write_text("exit 0\n")
    text = yaml.safe_dump(schedule(hosts, rounds, together), sort_keys=False).replace("FOLDER", str(folder))
    (folder / "schedule.yml").write_text(text)
    # The other end of links is on a host of its own, on which nothing is done.
    names = [f"h{number}" for number in range(hosts)]
    places = [f"--place=one/{number}={name}" for number, name in enumerate(names)]
    done = subprocess.run(
        [binaries[0], "play", folder / "schedule.yml", "--hosts", "namespaces:" + ",".join([*names, "peer"]), *places,
         "--place=other=peer", "--record", folder / "record", "--json"],
        env={**os.environ, "CUTSET_AGENT": binaries[1]}, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 2) or not done.stdout.strip():
        sys.exit(f"cutset play: exit code {done.returncode}\n{done.stderr[-3000:]}")
    result = json.loads(done.stdout)
    if result["verdict"] in ("refused", "stopped"):
        sys.exit(f"cutset play: {result['verdict']}: {result['reason']}\n" + "\n".join(result["problems"][:10]))
    return result


def percentile(values, part):
    """The smallest value that `part` of all do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, -(-len(ordered) * part // 100) - 1))]


def marks_of(result, record):
    """[errors of one mark on every host] in milliseconds, for each mark."""
    due = {action["id"]: action["due_ns"] for action in result["actions"] if action["what"] == "mark"}
    found = {}
    for line in (record / "events.jsonl").read_text().splitlines()[1:]:
        event = json.loads(line)
        if event["kind"] == "fired" and event.get("step") in due:
            error = event["utc_ns"] - result["barrier_utc_ns"] - due[event["step"]]
            found.setdefault(event["step"], []).append(error / 1e6)
    return list(found.values())


def figures(result, record):
    """({what: {error, spread, verified, undone}} in milliseconds, what did not fire)"""
    barrier = result["barrier_utc_ns"]
    marks = marks_of(result, record)
    found = {"mark": {"error": [error for errors in marks for error in errors],
                      "spread": [max(errors) - min(errors) for errors in marks], "verified": [], "undone": []}}
    failed, moments = [], {}
    for action in result["actions"]:
        if action["moment"] == "beginning" or action["due_ns"] in (None, 0):
            continue
        if action["fate"] != "fired" or action["exit_code"]:
            said = f" (it wrote: {action['output'].strip()})" if action["output"] else ""
            failed.append(f"{action['id']}: {action['error']}{said}")
        if action["fate"] != "fired":
            continue
        if action["what"] == "mark":
            continue
        what = found.setdefault(action["what"], {"error": [], "spread": [], "verified": [], "undone": []})
        what["error"].append(action["late_ns"] / 1e6)
        if action["verified_utc_ns"] is not None:
            what["verified"].append((action["verified_utc_ns"] - barrier - action["due_ns"]) / 1e6)
        if action["what"] in LASTING and action["undone_utc_ns"] is not None:
            due = action["due_ns"] + LASTS_MS * 1e6
            what["undone"].append((action["undone_utc_ns"] - barrier - due) / 1e6)
        moments.setdefault((action["what"], action["moment"]), []).append(action["fired_utc_ns"])
    for (what, _), times in moments.items():
        if len(times) > 1:
            found[what]["spread"].append((max(times) - min(times)) / 1e6)
    return found, failed


def print_table(title, result, record):
    found, failed = figures(result, record)
    print(f"\n{title}: milliseconds")
    print(f"{'':16}{'count':>7}{'error p50':>11}{'p99':>9}{'spread p50':>12}{'max':>9}{'verified p50':>14}"
          f"{'undone p50':>12}{'p99':>9}")
    rows = {}
    for what, values in found.items():
        row = {"count": len(values["error"]), "error_p50": percentile(values["error"], 50),
               "error_p99": percentile(values["error"], 99)}
        row["spread_p50"], row["spread_max"] = (
            (percentile(values["spread"], 50), max(values["spread"])) if values["spread"] else (None, None))
        row["verified_p50"] = percentile(values["verified"], 50) if values["verified"] else None
        row["undone_p50"], row["undone_p99"] = (
            (percentile(values["undone"], 50), percentile(values["undone"], 99)) if values["undone"] else (None, None))
        rows[what] = row
        texts = ["" if value is None else f"{value:.2f}" for value in list(row.values())[1:]]
        print(f"{what:16}{row['count']:>7}{texts[0]:>11}{texts[1]:>9}{texts[2]:>12}{texts[3]:>9}{texts[4]:>14}"
              f"{texts[5]:>12}{texts[6]:>9}")
    errors = [error for values in found.values() for error in values["error"]]
    print(f"{'all':16}{len(errors):>7}{percentile(errors, 50):>11.2f}{percentile(errors, 99):>9.2f}")
    seconds = (result["ended_utc_ns"] - result["barrier_utc_ns"]) / 1e9
    costs = [host["sampling_cost_ns"] / 1e9 / seconds * 100 for host in result["hosts"]]
    clocks = max(host["clock_error_ns"] for host in result["hosts"]) / 1e3
    print(f"sampling every second: at most {max(costs):.2f} % of a core for a host; "
          f"times are right within {clocks:.0f} us; {len(failed)} failed")
    for text in failed[:5]:
        print(f"  {text}")
    return {"faults": rows, "all": {"count": len(errors), "error_p50": percentile(errors, 50),
                                    "error_p99": percentile(errors, 99)},
            "sampling_percent": max(costs), "failed": len(failed)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cutset")
    parser.add_argument("agent")
    parser.add_argument("--hosts", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--only", metavar="FAULT", choices=sorted(FAULTS), help="this one, and restarts and stops")
    parser.add_argument("--json", metavar="FILE", help="the figures")
    options = parser.parse_args()
    if options.only:
        for name in set(FAULTS) - {options.only}:
            del FAULTS[name]
    if os.geteuid() != 0:
        sys.exit("not run: namespaces are made by root")
    binaries = [str(pathlib.Path(path).resolve()) for path in (options.cutset, options.agent)]
    load = os.getloadavg()[0]
    print(f"{options.hosts} agents, {os.cpu_count()} cores, load {load:.1f} before")
    figures_of = {"hosts": options.hosts, "rounds": options.rounds, "cores": os.cpu_count(), "load": load}
    with tempfile.TemporaryDirectory(prefix="ten-agents-") as name:
        for title, together in (("all hosts at one moment", True), ("one host at a time", False)):
            folder = pathlib.Path(name) / title.split()[0]
            result = play(binaries, folder, options.hosts, options.rounds, together)
            figures_of["together" if together else "alone"] = print_table(title, result, folder / "record")
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(figures_of, indent=1) + "\n")
    late = [what for what, row in figures_of["together"]["faults"].items() if row["error_p99"] >= AIM_MS]
    if late:
        print(f"later than {AIM_MS} ms (p99): {', '.join(late)}")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
