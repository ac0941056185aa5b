"""What the tests of examples/ share: three nodes on this machine's loopback, and all of them gone afterwards."""
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent / "examples"
LONGEST = 30.0  # seconds that any wait may take
NOT_RUN = 77
sys.dont_write_bytecode = True


def main(*programs):
    """Skips, with the reason, where one of the programs is missing."""
    for program in programs:
        if shutil.which(program) is None:
            print(f"not run: {program} is not installed (scripts/setup example)")
            sys.exit(NOT_RUN)
    unittest.main()


def is_free(port):
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_addresses(count, *offsets):
    """Ports that are free, and also at these offsets; below those that the kernel hands out."""
    found = []
    while len(found) < count:
        port = random.randrange(10000, 26000)
        ports = [port + offset for offset in (0, *offsets)]
        if all(map(is_free, ports)) and f"127.0.0.1:{port}" not in found:
            found.append(f"127.0.0.1:{port}")
    return found


class Example(unittest.TestCase):
    """Each node has a folder of its own and a process group of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="example-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.nodes = {}
        self.addCleanup(self.stop_all)

    def start(self, name, *command, environment=None):
        """`{data}` in the command is the folder of the node `name`, which a restart finds again."""
        data = self.folder / name
        data.mkdir(exist_ok=True)
        with open(self.folder / f"{name}.txt", "ab") as output:
            self.nodes[name] = subprocess.Popen(
                [word.replace("{data}", str(data)) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, start_new_session=True, env={**os.environ, **(environment or {})})

    def kill(self, name):
        node = self.nodes.pop(name)
        try:
            os.killpg(node.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        node.wait()

    def stop_all(self):
        for name in list(self.nodes):
            self.kill(name)

    def until(self, what, condition):
        """Returns what the condition gives when that is true; an OSError is a no."""
        deadline = time.monotonic() + LONGEST
        found = None
        while time.monotonic() < deadline:
            try:
                found = condition()
            except OSError as why:
                found = why
            if found and not isinstance(found, OSError):
                return found
            time.sleep(0.05)
        logs = "".join(f"\n{path.name}: {path.read_text(errors='replace')[-1500:]}" for path in self.folder.glob("*.txt"))
        return self.fail(f"{what}: not within {LONGEST:.0f} s (last: {found}){logs}")

    def client(self, *command):
        """A client's program of an example: f(operation, value) -> its answer."""
        program = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(program.stdout.close)
        self.addCleanup(program.wait)
        self.addCleanup(program.stdin.close)

        def perform(operation, value=None):
            told = {"process": 0, "type": "invoke", "f": operation, "value": value}
            program.stdin.write(json.dumps(told) + "\n")
            program.stdin.flush()
            answer = json.loads(program.stdout.readline())
            self.assertEqual((answer["process"], answer["f"]), (0, operation))
            return answer

        return perform

    def check_set(self, perform, restart):
        """Ten additions can be read, and also after `restart`."""
        for number in range(10):
            self.until("an addition", lambda value=f"token-{number}": perform("add", value)["type"] == "ok")
        restart()

        def all_read():
            answer = perform("read")
            return answer["type"] == "ok" and {f"token-{n}" for n in range(10)} <= set(answer["value"])

        self.until("all can be read", all_read)
