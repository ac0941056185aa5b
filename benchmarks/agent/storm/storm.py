"""The fault storm: random schedules with kill -9 of controller and agents at random moments; nothing of ours may be left,
nothing foreign may have changed.

    storm.py CUTSET CUTSET-AGENT [--rounds N] [--first SEED] [--keep FILE]

Needs root. Runs in network and mount namespaces of its own, in which there are tables, links, routes, rules, a namespace, a
group and a process that are foreign to cutset. Each round has a number, which is its seed; odd ones play on processes, even
ones on namespaces. --keep holds a line for each finished round; those are not played again. Exit code 1: something was left.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
import random_schedule
import snapshot

HERE = pathlib.Path(__file__).resolve().parent
INSIDE = "CUTSET_STORM_INSIDE"
MARK = "CUTSET_STORM_MARK"
FOREIGN_RULES = """
table inet foreign {
  chain input { type filter hook input priority 0; policy accept; tcp dport 9 drop; }
  chain output { type filter hook output priority -150; policy accept; meta mark 0x7 accept; }
}
"""
SECONDS_TO_HEAL = 15   # after the controller is gone: its lease, and what undoing takes
SECONDS_OF_A_ROUND = 90


class Foreign:
    """What is not ours, and must stay as it is."""

    def __init__(self):
        self.group = snapshot.GROUPS / "unified" / f"storm-foreign-{os.getpid()}"
        self.process = subprocess.Popen(["sleep", "86400"], stdin=subprocess.DEVNULL)
        for path in snapshot.mounts():
            if path.startswith("/run/netns"):  # they are others', and go when those end
                subprocess.run(["umount", "--lazy", path], check=False)
        commands = ["mount -t tmpfs tmpfs /run/netns", "ip link set lo up", "ip link add foreign0 type bridge",
                    "ip link set foreign0 addrgenmode none",
                    "ip address add 192.0.2.1/24 dev foreign0", "ip link set foreign0 up",
                    "ip route add 198.51.100.0/24 dev foreign0 table 77", "ip rule add fwmark 0x7 lookup 77",
                    "tc qdisc add dev foreign0 root tbf rate 1mbit burst 10k latency 10ms",
                    "ip netns add foreign", "ip -n foreign link set lo up"]
        for command in commands:
            subprocess.run(command.split(), check=True)
        for inside in ([], ["nsenter", "--net=/run/netns/foreign"]):
            subprocess.run([*inside, "nft", "-f", "-"], input=FOREIGN_RULES, text=True, check=True)
        if self.group.parent.is_dir():
            self.group.mkdir()
            (self.group / "cgroup.procs").write_text(str(self.process.pid))

    def end(self):
        self.process.kill()
        self.process.wait()
        subprocess.run(["ip", "netns", "delete", "foreign"], check=False)
        if self.group.is_dir():
            self.group.rmdir()


class Round:
    """One schedule, one play, and who is killed when. Everything is in a folder of its own, which goes."""

    def __init__(self, seed, binaries, foreign):
        self.seed = seed
        self.binaries = binaries
        self.foreign = foreign
        self.chance = random.Random(f"storm {seed}")
        self.namespaces = seed % 2 == 0
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cutset-storm-"))
        self.runtime = self.folder / "run"
        self.runtime.mkdir()
        for name in ("disk", "wiped/below"):
            (self.folder / name).mkdir(parents=True)
        for name in ("cutset.yaml", "service.py", "custom-fault"):
            shutil.copy(HERE / name, self.folder)
        text = random_schedule.random_schedule(self.chance)
        (self.folder / "schedule.yml").write_text(text.replace("FOLDER", str(self.folder)))
        self.mark = f"{MARK}={self.folder.name}".encode()
        self.kills = self.draw_kills()
        self.killed = []

    def draw_kills(self):
        """[(seconds after the start, victim)] in order; a victim is "controller", "keeper", "worker", or "all"."""
        count = self.chance.choice([0, 1, 1, 1, 2, 2, 3])
        victims = ["controller", "controller", "keeper", "keeper", "worker", "worker", "all"]
        return sorted((round(self.chance.uniform(0.05, 5.5), 2), self.chance.choice(victims)) for _ in range(count))

    def state_folders(self):
        state = self.folder / ".cutset"
        return [path.parent for path in sorted(state.rglob("intent.log"))]

    def marks(self):
        """The agents' random words, of the first line of each intent log."""
        found = {self.folder.name}
        for folder in self.state_folders():
            words = (folder / "intent.log").read_text(errors="replace").split("\n")[0].split()
            if len(words) >= 5 and words[0] == "cutset-intent":
                found.add(words[4])
        return found

    def look(self, marks):
        return {
            "machine": snapshot.network(), "foreign namespace": snapshot.network("foreign"),
            "namespaces": sorted(os.listdir("/run/netns")), "mounts": snapshot.mounts(),
            "processes": snapshot.marked_processes(self.mark), "groups": snapshot.groups(marks),
            "sockets": snapshot.files(self.runtime), "filled disk": snapshot.files(self.folder / "disk"),
            "data": snapshot.files(self.folder / ".cutset/data") + [
                file for host in (self.folder / ".cutset/hosts").glob("*") for file in snapshot.files(host / "data")],
            "foreign process": [self.foreign.process.poll(), pathlib.Path(
                f"/proc/{self.foreign.process.pid}/cgroup").read_text().splitlines()],
            "foreign group": self.foreign.group.is_dir(),
        }

    def victims(self, kind, run):
        """Pids. Keepers are the agents that no agent started."""
        agents = {}
        for text in snapshot.marked_processes(self.mark):
            name, pid = text.rsplit(" ", 1)
            if name.startswith("cutset-agent"):
                stat = pathlib.Path(f"/proc/{pid}/stat")
                try:
                    line = stat.read_text()
                except OSError:
                    continue
                agents[int(pid)] = int(line[line.rindex(")") + 2:].split()[1])
        if kind == "controller":
            return [run.pid] if run.poll() is None else []
        if kind == "all":
            return [*([run.pid] if run.poll() is None else []), *agents]
        chosen = sorted(pid for pid, parent in agents.items() if (parent in agents) == (kind == "worker"))
        return [self.chance.choice(chosen)] if chosen else []

    def play(self):
        # No two services share an address, or else (processes) one agent has both ends of each link.
        hosts = "namespaces:n1,n2,n3" if self.namespaces else "n1,n2"
        places = {"left": "n1", "right": "n2" if self.namespaces else "n1", "bystander": "n3" if self.namespaces else "n2"}
        places = [f"--place={service}={host}" for service, host in places.items()]
        name, value = self.mark.decode().split("=")
        environment = {**os.environ, "CUTSET_AGENT": self.binaries[1], "XDG_RUNTIME_DIR": str(self.runtime), name: value}
        with open(self.folder / "output.txt", "wb") as output:
            run = subprocess.Popen([self.binaries[0], "play", "schedule.yml", "--hosts", hosts, *places,
                                    "--record", "record"],
                                   cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=output)
        begun = time.monotonic()
        for moment, kind in self.kills:
            while time.monotonic() - begun < moment and run.poll() is None:
                time.sleep(0.01)
            for pid in self.victims(kind, run):
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
                self.killed.append(f"{kind} at {time.monotonic() - begun:.2f}")
        try:
            return run.wait(SECONDS_OF_A_ROUND)
        except subprocess.TimeoutExpired:
            run.kill()
            run.wait()
            return "hung"

    def heal(self, before, patience):
        """(seconds, what is left)"""
        begun = time.monotonic()
        while True:
            left = snapshot.differences(before, self.look(self.marks() | self.all_marks))
            seconds = time.monotonic() - begun
            if not left or seconds > patience:
                return seconds, left
            time.sleep(0.1)

    def fired(self):
        """Actions that were carried out before it ended; also where the controller was killed."""
        journal = self.folder / "record/journal.jsonl"
        lines = journal.read_text(errors="replace").splitlines() if journal.exists() else []
        return sum(1 for line in lines if '"kind":"fired"' in line.replace(": ", ":"))

    def carry_out(self):
        self.all_marks = set()
        before = self.look(set())
        code = self.play()
        self.all_marks = self.marks()
        # An agent of which both halves died cannot heal by itself: that takes undo-all, or the next start. A keeper that
        # is ending, as its controller is gone, has ended its worker already.
        kinds = {text.split()[0] for text in self.killed}
        helpless = "all" in kinds or ("keeper" in kinds and len(kinds) > 1)
        seconds, left = self.heal(before, 3 if helpless else SECONDS_TO_HEAL)
        result = {"seed": self.seed, "hosts": "namespaces" if self.namespaces else "processes", "exit": code,
                  "fired": self.fired(),
                  "killed": self.killed, "seconds": round(seconds, 2), "left_alone": left, "undo_all": None}
        if left:
            for folder in self.state_folders():
                done = subprocess.run([self.binaries[1], "undo-all", "--state", folder], capture_output=True, text=True,
                                      check=False, timeout=60)
                if done.returncode != 0:
                    result.setdefault("undo_all_said", []).append(done.stderr[-500:])
            more, left = self.heal(before, 3)
            result["undo_all"] = round(more, 2)
        result["helpless"] = helpless
        result["left"] = left
        result["ok"] = not left and (helpless or result["undo_all"] is None) and code not in ("hung", 70) and (
            self.killed != [] or code in (0, 2))
        return result

    def end(self, keep):
        for text in snapshot.marked_processes(self.mark):
            try:
                os.kill(int(text.rsplit(" ", 1)[1]), signal.SIGKILL)
            except ProcessLookupError:
                pass
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)


def enter(arguments):
    """Begins anew in namespaces of its own."""
    if os.geteuid() != 0:
        sys.exit("not run: the storm needs root")
    for program in ("unshare", "nsenter", "ip", "tc", "nft"):
        if shutil.which(program) is None:
            sys.exit(f"not run: there is no {program}")
    pathlib.Path("/run/netns").mkdir(exist_ok=True)
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", "--net", "--mount", "--propagation", "private", sys.executable, "-B", *arguments])


def summary(results):
    count = collections.Counter(result["hosts"] for result in results)
    killed = collections.Counter(text.split()[0] for result in results for text in result["killed"])
    alone = [result["seconds"] for result in results if result["undo_all"] is None]
    by_hand = sum(1 for result in results if result["undo_all"] is not None)
    return (f"{len(results)} rounds ({count['processes']} on processes, {count['namespaces']} on namespaces), "
            f"{sum(result['fired'] for result in results)} actions fired, killed: "
            f"{killed['controller']} controllers, {killed['keeper']} keepers, {killed['worker']} workers, "
            f"{killed['all']} processes all at once; clean by itself after at most {max(alone, default=0):.1f} s, "
            f"{by_hand} by undo-all; {sum(1 for result in results if not result['ok'])} not as promised")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cutset")
    parser.add_argument("agent")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--first", type=int, default=1, help="seed of the first round")
    parser.add_argument("--keep", metavar="FILE", help="what is finished, a line for each round")
    options = parser.parse_args()
    if INSIDE not in os.environ:
        enter(sys.argv)
    binaries = [str(pathlib.Path(path).resolve()) for path in (options.cutset, options.agent)]
    kept = pathlib.Path(options.keep) if options.keep else None
    seeds = range(options.first, options.first + options.rounds)
    results = []
    if kept and kept.exists():
        lines = [line for line in kept.read_text().splitlines(keepends=True) if line.endswith("\n")]
        results = [result for result in map(json.loads, lines) if result["seed"] in seeds]
    foreign = Foreign()
    try:
        for seed in seeds:
            if any(result["seed"] == seed for result in results):
                continue
            one = Round(seed, binaries, foreign)
            result = {"ok": False}
            try:
                result = one.carry_out()
            finally:
                one.end(keep=not result["ok"])
            results.append(result)
            if kept:
                with open(kept, "a", encoding="utf-8") as file:
                    file.write(json.dumps(result) + "\n")
            print(f"round {seed} on {result['hosts']}: exit {result['exit']}, {result['fired']} fired, "
                  f"killed {', '.join(result['killed']) or 'nobody'}, clean after {result['seconds']} s"
                  f"{' and undo-all' if result['undo_all'] is not None else ''}", flush=True)
            if not result["ok"]:
                print(f"  NOT OK, see {one.folder}\n  " + "\n  ".join(result["left"] or result["left_alone"]), flush=True)
    finally:
        foreign.end()
    print(summary(results))
    return 0 if all(result["ok"] for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
