#!/usr/bin/env python3
"""Records what passes between three Redis nodes with sentinels while writes are made and something fails.

    sudo redis_record.py RECORD-PROGRAM FILE SCENARIO

SCENARIO: plain, restart (the master is killed and comes back empty at once), failover (killed for good), isolate (cut off
for 3 s). Everything runs in network namespaces of its own and is removed again, also after a failure.
"""
import ctypes
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

NAMES = ("a", "b", "c")
SUBNET = "10.232.9"


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class System:
    def __init__(self):
        self.word = f"csr{os.getpid()}"
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cutset-redis-"))
        self.processes = {}
        self.spaces = [self.word]
        self.lines = []

    def space(self, name):
        return f"{self.word}{name}"

    def address(self, name):
        return f"{SUBNET}.{NAMES.index(name) + 1}"

    def make_network(self):
        ip("netns", "add", self.word)
        ip("-n", self.word, "link", "add", "br0", "type", "bridge")
        ip("-n", self.word, "addr", "add", f"{SUBNET}.100/24", "dev", "br0")
        ip("-n", self.word, "link", "set", "br0", "up")
        for name in NAMES:
            space = self.space(name)
            self.spaces.append(space)
            ip("netns", "add", space)
            ip("link", "add", "v0", "netns", space, "type", "veth", "peer", "name", f"p{name}", "netns", self.word)
            ip("-n", self.word, "link", "set", f"p{name}", "master", "br0", "up")
            ip("-n", space, "addr", "add", f"{self.address(name)}/24", "dev", "v0")
            ip("-n", space, "link", "set", "v0", "up")
            ip("-n", space, "link", "set", "lo", "up")
        with open(f"/run/netns/{self.word}") as file:  # from here on, this process is the clients' host
            if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), 0x40000000) != 0:
                sys.exit("cannot enter the namespace")

    def start(self, name, process):
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        inside = ["nsenter", f"--net=/run/netns/{self.space(name)}"]
        if process == "redis":
            command = ["redis-server", "--bind", self.address(name), "--port", "6379", "--save", "", "--dir", str(folder),
                       "--repl-diskless-sync-delay", "0", "--protected-mode", "no", "--repl-ping-replica-period", "1"]
            if name != "a":
                command += ["--replicaof", self.address("a"), "6379"]
        else:
            config = folder / "sentinel.conf"
            if not config.exists():
                config.write_text(f"bind {self.address(name)}\nport 26379\nprotected-mode no\ndir {folder}\n"
                                  f"sentinel monitor m {self.address('a')} 6379 2\nsentinel down-after-milliseconds m 1000\n"
                                  "sentinel failover-timeout m 4000\n")
            command = ["redis-sentinel", str(config)]
        self.processes[name, process] = subprocess.Popen(inside + command, stdout=subprocess.DEVNULL)

    def ask(self, name, *words, port=6379, timeout=1.0):
        """The answer to one command as text; None: no answer."""
        try:
            with socket.create_connection((self.address(name), port), timeout) as end:
                end.settimeout(timeout)
                return self.command(end, *words)
        except OSError:
            return None

    @staticmethod
    def command(end, *words):
        end.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w.encode()) for w in words))
        got = b""
        while True:
            got += end.recv(65536)
            if not got:
                return None
            if got[:1] != b"$" and got.endswith(b"\r\n"):
                return got.decode()
            head, _, rest = got.partition(b"\r\n")
            if head == b"$-1" or (head[:1] == b"$" and len(rest) >= int(head[1:]) + 2):
                return got.decode()

    def wait(self, what, condition, patience=15):
        end = time.monotonic() + patience
        while not condition():
            if time.monotonic() > end:
                sys.exit(f"not in time: {what}")
            time.sleep(0.05)

    def in_sync(self, names):
        return all("master_link_status:up" in (self.ask(name, "INFO", "replication") or "") for name in names)

    def is_confirmed(self):
        try:
            with socket.create_connection((self.address("a"), 6379), 1.0) as end:
                end.settimeout(2.0)
                self.command(end, "SET", "ready", "1")
                return self.command(end, "WAIT", "2", "1000") == ":2\r\n"
        except OSError:
            return False

    def leader(self):
        for name in NAMES:
            if (self.ask(name, "ROLE") or "").startswith("*3\r\n$6\r\nmaster"):
                yield name

    def life(self, name, process, event):
        self.lines.append(f"life {name} {process} {event} {time.time_ns()}")

    def write(self, name, first, count):
        """SETs on one connection, a token each."""
        try:
            end = socket.create_connection((self.address(name), 6379), 1)
        except OSError:
            return
        with end:
            end.settimeout(0.4)
            for number in range(first, first + count):
                token, begun, outcome = f"cst-{number:05d}", time.time_ns(), "info"
                try:
                    answer = self.command(end, "SET", f"key:{number}", token)
                    outcome = "ok" if answer == "+OK\r\n" else "fail"
                except OSError:
                    pass
                self.lines.append(f"op {token} {outcome} {begun} {time.time_ns()}")
                if outcome == "info":
                    return
                time.sleep(0.01)

    def final_reads(self):
        for name in NAMES:
            for line in [line.split()[1] for line in self.lines if line.startswith("op ")]:
                number = int(line[4:])
                answer = self.ask(name, "GET", f"key:{number}")
                if answer is not None:
                    self.lines.append(f"read {name} {line} {int(line in answer)}")

    def cut(self, name):
        rules = "add table inet cs\nadd chain inet cs i { type filter hook input priority 0; policy drop; }\n" \
                "add chain inet cs o { type filter hook output priority 0; policy drop; }\n" \
                "add rule inet cs i iif lo accept\nadd rule inet cs o oif lo accept\n" \
                f"add rule inet cs i ip saddr {SUBNET}.100 accept\nadd rule inet cs o ip daddr {SUBNET}.100 accept\n"
        subprocess.run(["nsenter", f"--net=/run/netns/{self.space(name)}", "nft", "-f", "-"], input=rules, text=True, check=True)

    def heal(self, name):
        subprocess.run(["nsenter", f"--net=/run/netns/{self.space(name)}", "nft", "delete", "table", "inet", "cs"], check=True)

    def close(self):
        for process in self.processes.values():
            process.kill()
        for process in self.processes.values():
            process.wait()
        for space in reversed(self.spaces):
            subprocess.run(["ip", "netns", "del", space], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)


def play(system, scenario):
    system.write("a", 1, 15)
    if scenario == "restart":
        system.life("a", "redis", "crashed")
        system.processes["a", "redis"].send_signal(signal.SIGKILL)
        system.processes["a", "redis"].wait()
        system.start("a", "redis")
        system.life("a", "redis", "started")
        time.sleep(2.5)
        system.wait("replicas in sync", lambda: system.in_sync("bc"))
    elif scenario == "failover":
        system.life("a", "redis", "crashed")
        system.processes["a", "redis"].send_signal(signal.SIGKILL)
        system.processes["a", "redis"].wait()
        system.wait("a new leader", lambda: any(system.leader()), 20)
        leader = next(system.leader())
        system.write(leader, 16, 8)
        system.wait("the other follows", lambda: system.in_sync([n for n in "bc" if n != leader]), 20)
    elif scenario == "isolate":
        system.cut("a")
        system.write("a", 16, 8)
        system.wait("a new leader", lambda: len(list(system.leader())) > 1, 20)
        leader = [n for n in system.leader() if n != "a"][0]
        system.write(leader, 24, 8)
        time.sleep(0.5)
        system.heal("a")
        system.wait("the old leader follows", lambda: system.in_sync([n for n in NAMES if n != leader]), 20)
    time.sleep(0.5)


def main():
    recorder, file, scenario = sys.argv[1:]
    if os.geteuid() != 0 or not shutil.which("redis-sentinel") or not shutil.which("ip"):
        print("not run: needs root, redis-server, redis-sentinel and iproute2")
        sys.exit(77)
    system = System()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    record = None
    try:
        system.make_network()
        record = subprocess.Popen(
            [recorder, file] + [f"{n}=/run/netns/{system.space(n)}={system.address(n)}=6379,26379" for n in NAMES],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        if record.stdout.readline() != "ready\n":
            sys.exit("the captures do not start")
        for name in NAMES:
            system.start(name, "redis")
        system.wait("replicas in sync", lambda: system.in_sync("bc"))
        # A replica's link is up before its master sends it writes: ask the master too.
        system.wait("replicas online", lambda: (system.ask("a", "INFO", "replication") or "").count("state=online") == 2)
        # And it sends new writes to a replica only once that has confirmed something.
        system.wait("replicas confirm a write", system.is_confirmed)
        if scenario != "plain" and scenario != "restart":
            for name in NAMES:
                system.start(name, "sentinel")
            system.wait("sentinels know each other", lambda: all(
                "num-other-sentinels\r\n$1\r\n2" in (system.ask(n, "SENTINEL", "MASTER", "m", port=26379) or "") for n in NAMES))
        play(system, scenario)
        system.final_reads()
        record.communicate("\n".join(system.lines) + "\n", timeout=60)
        if record.returncode != 0:
            sys.exit(f"the recorder ended with {record.returncode}")
    finally:
        if record is not None and record.poll() is None:
            record.kill()
            record.wait()
        system.close()


if __name__ == "__main__":
    main()
