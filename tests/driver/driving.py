"""What the tests of cutset-driver share: a folder for each test, servers that end with it, runs of the two programs."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

DRIVER, CUTSET = (str(pathlib.Path(sys.argv.pop(1)).resolve()) for _ in range(2))


def need(*programs):
    """The paths of programs; the whole test is skipped where one is absent."""
    found = [shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") for name in programs]
    missing = [name for name, path in zip(programs, found) if path is None]
    if missing:
        print(f"not run: {', '.join(missing)} not installed")
        sys.exit(77)
    return found


def free_ports(count):
    """Ports that are free now; all are held at once, so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    for held in sockets:
        held.bind(("127.0.0.1", 0))
    ports = [held.getsockname()[1] for held in sockets]
    for held in sockets:
        held.close()
    return ports


def await_true(what, seconds, condition):
    deadline = time.monotonic() + seconds
    while True:
        try:
            if condition():
                return
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


class DriverTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cutset-driver-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.history = self.folder / "history.jsonl"

    def start(self, *command, **options):
        """A process that ends with the test, by its own id."""
        log = open(self.folder / "servers.log", "ab")
        self.addCleanup(log.close)
        process = subprocess.Popen(command, cwd=options.pop("cwd", self.folder), stdout=log, stderr=log, **options)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.wait()

    def plan(self, target, operations, **more):
        path = self.folder / "plan.json"
        path.write_text(json.dumps({"format": "cutset-driver-plan/1", "operations": operations, "target": target, **more}))
        return path

    def drive(self, plan, *arguments, expect=0, **options):
        done = subprocess.run([DRIVER, str(plan), "--history", str(self.history), *arguments], capture_output=True,
                              text=True, timeout=120, **options)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done

    def events(self):
        return [json.loads(line) for line in self.history.read_text().splitlines()]

    def judge(self, *outcomes):
        done = subprocess.run([CUTSET, "--json", "judge", str(self.history), "--outcome", ",".join(outcomes)],
                              capture_output=True, text=True, timeout=120)
        self.assertIn(done.returncode, (0, 1, 2), done.stderr)
        return {outcome["name"]: outcome for outcome in json.loads(done.stdout)["outcomes"]}

    def assert_verdicts(self, expected):
        judged = self.judge(*expected)
        found = {name: judged[name]["verdict"] for name in expected}
        self.assertEqual(found, expected, [judged[name]["explanation"] for name in expected])
