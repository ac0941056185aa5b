#!/usr/bin/env python3
"""What a capture costs a node: redis-server under redis-benchmark, with and without it.

    sudo benchmarks/agent/capture/run.py [--build FOLDER] [--rounds N] [--requests N]

Two network namespaces joined by a veth pair, redis-server in one, redis-benchmark in the other. Rounds with and without
the capture take turns; printed are, of each load, the medians of the server's CPU per request, their ratio, the CPU of
the capture itself as a share of the server's, and both together (what the server needs more, and the capture) as a share
of one core while the load lasts. Everything that is made here is ended and removed, also after a failure.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
SERVER, CLIENT = "10.231.7.1", "10.231.7.2"
LOADS = {
    "50 clients, SET of 3 bytes": ["-t", "set", "-c", "50"],
    "50 clients, GET": ["-t", "get", "-c", "50"],
    "50 clients, SET of 1 KiB": ["-t", "set", "-c", "50", "-d", "1024"],
    "50 clients, pipelines of 16": ["-t", "set", "-c", "50", "-P", "16"],
}


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


class Node:
    """Two namespaces, and redis-server in the first."""

    def __enter__(self):
        word = f"csb{os.getpid()}"
        self.spaces = [f"{word}a", f"{word}b"]
        self.server = None
        self.folder = tempfile.mkdtemp(prefix="cutset-capture-")
        try:
            for space in self.spaces:
                run("ip", "netns", "add", space)
            run("ip", "link", "add", "v0", "netns", self.spaces[0], "type", "veth", "peer", "name", "v0", "netns", self.spaces[1])
            for space, address in zip(self.spaces, (SERVER, CLIENT)):
                run("ip", "-n", space, "addr", "add", f"{address}/24", "dev", "v0")
                run("ip", "-n", space, "link", "set", "v0", "up")
                run("ip", "-n", space, "link", "set", "lo", "up")
            self.server = subprocess.Popen(
                ["nsenter", f"--net=/run/netns/{self.spaces[0]}", "redis-server", "--bind", SERVER, "--port", "6379", "--save", "",
                 "--protected-mode", "no", "--dir", self.folder], stdout=subprocess.DEVNULL)
            for _ in range(100):
                if subprocess.run(self.inside("redis-cli", "-h", SERVER, "ping"), capture_output=True).stdout == b"PONG\n":
                    break
                time.sleep(0.05)
            else:
                sys.exit("redis-server does not answer")
            return self
        except BaseException:
            self.__exit__()
            raise

    def inside(self, *command):
        return ["nsenter", f"--net=/run/netns/{self.spaces[1]}", *command]

    def cpu(self):
        fields = pathlib.Path(f"/proc/{self.server.pid}/schedstat").read_text().split()
        return int(fields[0]) / 1e9  # of the main thread, in which redis serves

    def __exit__(self, *_):
        if self.server is not None:
            self.server.kill()
            self.server.wait()
        for space in self.spaces:
            subprocess.run(["ip", "netns", "del", space], stderr=subprocess.DEVNULL)
        shutil.rmtree(self.folder, ignore_errors=True)


def measure(node, load, requests, capture, flags=()):
    """CPU of the server a request (s), requests a second, what the capture said."""
    program = None
    if capture:
        program = subprocess.Popen([capture, f"/run/netns/{node.spaces[0]}", *flags, f"{SERVER}:6379"], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True)
        if program.stdout.readline() != "ready\n":
            sys.exit("the capture does not start")
    before, begin = node.cpu(), time.monotonic()
    run(*node.inside("redis-benchmark", "-h", SERVER, "-n", str(requests), "-q", *load))
    used, took = node.cpu() - before, time.monotonic() - begin
    said = None
    if program:
        said = json.loads(program.communicate()[0])
    return used / requests, requests / took, said


def main():
    parser = argparse.ArgumentParser(description="What a capture costs a node.")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/release")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--flag", action="append", default=[], help="of capture_node, e.g. --flag=--ring=1000000")
    options = parser.parse_args()
    capture = options.build / "benchmarks/agent/capture/capture_node"
    if os.geteuid() != 0 or not shutil.which("redis-benchmark") or not capture.exists():
        sys.exit(f"not run: needs root, redis-server, redis-tools and {capture}")
    with Node() as node:
        print(f"{'load':30} {'us/request':>10} {'with':>7} {'ratio':>6} {'spread':>13} {'agent':>6} {'of a core':>9} {'req/s':>8} {'with':>8} {'dropped':>7}")
        for name, load in LOADS.items():
            measure(node, load, options.requests // 4, None)
            rounds = [(measure(node, load, options.requests, None), measure(node, load, options.requests, capture, options.flag))
                      for _ in range(options.rounds)]
            plain = statistics.median(without[0] for without, _ in rounds)
            with_it = statistics.median(captured[0] for _, captured in rounds)
            ratios = sorted(captured[0] / without[0] for without, captured in rounds)
            agent = statistics.median(c[2]["cpu_seconds"] / (c[0] * options.requests) for _, c in rounds)
            core = statistics.median(
                (c[2]["cpu_seconds"] / options.requests + c[0] - without[0]) * c[1] for without, c in rounds)
            rate = statistics.median(without[1] for without, _ in rounds)
            rate_with = statistics.median(captured[1] for _, captured in rounds)
            dropped = sum(captured[2]["dropped"] for _, captured in rounds)
            print(f"{name:30} {plain * 1e6:10.2f} {with_it * 1e6:7.2f} {statistics.median(ratios):6.3f} "
                  f"{ratios[0]:5.3f} to {ratios[-1]:5.3f} {agent:6.1%} {core:9.1%} {rate:8.0f} {rate_with:8.0f} {dropped:7}")


if __name__ == "__main__":
    main()
