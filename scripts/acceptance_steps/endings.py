"""Campaigns that end early: Ctrl-C with --resume, and kill -9 of every process at any moment."""
import collections
import os
import pathlib
import random
import shutil
import signal
import subprocess
import time

import journal
from .campaigns import BOOKSHOP, expected_of
from .common import ROOT, row

SECONDS_TO_VANISH = 5
KILLS_OF_EACH = 8


def start(context, state, *options):
    return subprocess.Popen(
        [context.program("cutset"), "run", str(BOOKSHOP / "cutset.yaml"), "--state", str(state), *options],
        cwd=ROOT, env=context.environment(), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )


def stat_of(pid):
    """(parent, start time, name, state), or None: field 2 may hold spaces and brackets."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    name = text[text.index("(") + 1 : text.rindex(")")]
    rest = text[text.rindex(")") + 2 :].split()
    return int(rest[1]), int(rest[19]), name, rest[0]


def family(root):
    """{pid: (start time, name)} of a process and everything below it."""
    children = collections.defaultdict(list)
    stats = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := stat_of(entry.name)):
            stats[int(entry.name)] = stat
            children[stat[0]].append(int(entry.name))
    result, waiting = {}, [root]
    while waiting:
        pid = waiting.pop()
        if pid in stats:
            result[pid] = stats[pid][1:3]
            waiting += children[pid]
    return result


def still_there(members):
    return [
        pid for pid, (started, _) in members.items()
        if (stat := stat_of(pid)) and stat[1] == started and stat[3] not in "ZX"
    ]


def sockets_of(members):
    """Paths of the Unix sockets that members listen on."""
    inodes = set()
    for pid in members:
        for entry in pathlib.Path(f"/proc/{pid}/fd").glob("*"):
            try:
                target = os.readlink(entry)
            except OSError:
                continue
            if target.startswith("socket:["):
                inodes.add(target[8:-1])
    paths = set()
    for line in pathlib.Path("/proc/net/unix").read_text().splitlines()[1:]:
        fields = line.split(maxsplit=7)
        if len(fields) == 8 and fields[6] in inodes and fields[7].startswith("/"):
            paths.add(fields[7])
    return paths


def agents(members, run_pid):
    """(keeper, worker): the agent's process under cutset, and the one under that."""
    keepers = [pid for pid, (_, name) in members.items() if name.startswith("cutset-agent") and stat_of(pid)
               and stat_of(pid)[0] == run_pid]
    workers = [pid for pid, (_, name) in members.items() if name.startswith("cutset-agent") and stat_of(pid)
               and stat_of(pid)[0] in keepers]
    return (keepers or [None])[0], (workers or [None])[0]


def vanish(members, sockets):
    """Seconds until everything is gone; None, and it is ended here, if something stays."""
    begun = time.monotonic()
    while time.monotonic() - begun < SECONDS_TO_VANISH:
        if not still_there(members) and not any(os.path.exists(path) for path in sockets):
            return time.monotonic() - begun
        time.sleep(0.02)
    for pid in still_there(members):
        os.kill(pid, signal.SIGKILL)
    return None


def kill_once(context, victim, moment):
    """Kills the victim `moment` seconds after the start; returns what is wrong, or the seconds it took."""
    state = context.folder / "state/kills"
    shutil.rmtree(state, ignore_errors=True)
    run = start(context, state)
    time.sleep(moment)
    members = family(run.pid)
    sockets = sockets_of(members)
    keeper, worker = agents(members, run.pid)
    target = {"cutset": run.pid, "keeper": keeper, "worker": worker}[victim]
    if target is None:
        target = run.pid  # the agent is not up yet at this moment
    os.kill(target, signal.SIGKILL)
    if victim != "cutset":
        try:
            run.wait(timeout=SECONDS_TO_VANISH)
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
            vanish(members, sockets)
            return "cutset did not end"
    run.wait()
    seconds = vanish(members, sockets)
    if seconds is None:
        return "processes or sockets were left"
    if (state / "journal.jsonl").exists():
        journal.read(state / "journal.jsonl")
    return seconds


def kills(context):
    rows = []
    for victim in ("cutset", "keeper", "worker"):
        chance = random.Random(f"{victim} 1")
        slowest, problems = 0.0, []
        for number in range(KILLS_OF_EACH):
            moment = round(chance.uniform(0.05, 8), 2)
            result = kill_once(context, victim, moment)
            print(f"kill -9 {victim} after {moment} s: {result}", flush=True)
            if isinstance(result, str):
                problems.append(f"after {moment} s: {result}")
            else:
                slowest = max(slowest, result)
        rows.append(row(f"kill -9 {victim}, {KILLS_OF_EACH} moments", f"nothing left after {SECONDS_TO_VANISH} s, journal readable",
                        "; ".join(problems) or f"slowest {slowest:.2f} s", not problems))
    return rows


def interrupt(context):
    state = context.folder / "state/interrupt"
    shutil.rmtree(state, ignore_errors=True)
    run = start(context, state)
    time.sleep(12)
    members = family(run.pid)
    sockets = sockets_of(members)
    run.send_signal(signal.SIGINT)
    code = run.wait(timeout=30)
    del members[run.pid]
    seconds = vanish(members, sockets)
    before = [record["run"] for record in journal.read(state / "journal.jsonl") if record["type"] == "result"]
    resumed = context.cutset("run", BOOKSHOP / "cutset.yaml", "--state", state, "--resume")
    records = journal.read(state / "journal.jsonl")
    runs = [record["run"] for record in records if record["type"] == "result"]
    texts = journal.differences(journal.findings(records), expected_of(BOOKSHOP / "cutset.yaml"))
    repeated = len(runs) - len(set(runs))
    return [
        row("Ctrl-C: exit code", 3, code, code == 3),
        row("Ctrl-C: everything undone", f"within {SECONDS_TO_VANISH} s", "no" if seconds is None else f"{seconds:.2f} s",
            seconds is not None),
        row("--resume: runs repeated", 0, f"{repeated} ({len(before)} before, {len(runs)} in the end)",
            before and repeated == 0 and runs[: len(before)] == before and len(runs) > len(before)),
        row("--resume: findings", "as planted", "; ".join(texts) or "as planted", not texts and resumed.returncode == 1),
    ]
