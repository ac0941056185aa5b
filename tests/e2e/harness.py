"""What the end-to-end tests share: the binaries under test, a place of their own, and what is left of a campaign.

Each test program is called with the paths of `cutset` and `cutset-agent` (tests/e2e/CMakeLists.txt); the arguments
after them are unittest's. Node.js runs the services: without it the tests fail, they do not skip.
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HERE = ROOT / "tests/e2e"
SHAPES = ROOT / "tests/shapes"
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts"))
import journal  # noqa: E402
from acceptance_steps import endings  # noqa: E402

LONGEST_SECONDS = 120
MARK = "CUTSET_E2E_MARK"
binaries = {}


def main():
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} CUTSET CUTSET-AGENT [argument of unittest...]")
    for name, path in zip(("cutset", "agent"), sys.argv[1:3]):
        if not os.access(path, os.X_OK):
            sys.exit(f"{path} is not a program; build cutset and cutset-agent first")
        binaries[name] = str(pathlib.Path(path).resolve())
    if shutil.which("node") is None:
        sys.exit("node was not found; the services of these tests need it")
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])


def expected_sets(shape):
    """(minimal breaking sets, most experiments) of a shape."""
    entry = json.loads((SHAPES / "expected.json").read_text())["shapes"][shape]
    return sorted(sorted(events) for events in entry["minimal_breaking_sets"]), entry["composed"]


def call_sets(records):
    """The calls of each finding that the journal's end tells."""
    end = journal.last(records, "end")
    return sorted(
        sorted(fault["event"] for fault in finding["faults"])
        for finding in end["findings"] if finding["kind"] == "finding" and finding["status"] == "confirmed"
    )


def results(records):
    return [record for record in records if record["type"] == "result"]


class EndToEnd(unittest.TestCase):
    """Each test has a folder, and a mark in the environment by which everything that it started is found again."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="e2e-")
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.state = self.folder / "state"
        self.runtime = self.folder / "run"  # where cutset puts the folders of its sockets
        self.runtime.mkdir()
        self.mark = f"{MARK}={self.folder.name}"
        self.addCleanup(self.end_what_is_left)

    def environment(self):
        name, value = self.mark.split("=")
        kept = {key: text for key, text in os.environ.items() if not key.startswith("CUTSET")}
        return {**kept, "CUTSET_AGENT": binaries["agent"], "XDG_RUNTIME_DIR": str(self.runtime), name: value}

    def start(self, *arguments, folder=None):
        output = open(self.folder / "output.txt", "w", encoding="utf-8")
        self.addCleanup(output.close)
        run = subprocess.Popen(
            [binaries["cutset"], *map(str, arguments)], cwd=folder or self.folder, env=self.environment(),
            stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        self.addCleanup(run.wait)
        self.addCleanup(run.kill)
        return run

    def cutset(self, *arguments, folder=None):
        """Runs cutset to its end."""
        return subprocess.run(
            [binaries["cutset"], *map(str, arguments)], cwd=folder or self.folder, env=self.environment(),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace",
            timeout=LONGEST_SECONDS, check=False)

    def assert_exit(self, done, code):
        self.assertEqual(done.returncode, code, f"\nstdout: {done.stdout[-3000:]}\nstderr: {done.stderr[-3000:]}")

    def records(self, state=None):
        path = (state or self.state) / "journal.jsonl"
        return journal.read(path) if path.exists() else []

    def await_results(self, run, count):
        """Returns when the journal has so many results; the campaign must still be going on."""
        deadline = time.monotonic() + LONGEST_SECONDS
        while len(results(self.records())) < count:
            self.assertIsNone(run.poll(), "the campaign ended too early:\n" + (self.folder / "output.txt").read_text())
            self.assertLess(time.monotonic(), deadline, "the campaign does not come that far")
            time.sleep(0.01)

    def processes(self):
        """{pid: (start time, name)} of what runs with our mark in its environment."""
        found = {}
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                variables = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            stat = endings.stat_of(entry.name)
            if self.mark.encode() in variables and stat and stat[3] not in "ZX":
                found[int(entry.name)] = stat[1:3]
        return found

    def left(self):
        return {
            "processes": sorted(name for _, name in self.processes().values()),
            "temporary folders": sorted(entry.name for entry in self.runtime.iterdir()),
        }

    def assert_nothing_left(self, members=(), sockets=()):
        """No process (of ours, or of `members`), socket or temporary folder, 5 seconds from now."""
        members = dict(members)
        nothing = {"processes": [], "temporary folders": []}
        deadline = time.monotonic() + endings.SECONDS_TO_VANISH
        while True:
            left = self.left()
            still = endings.still_there(members)
            paths = [path for path in sockets if os.path.exists(path)]
            if (left == nothing and not still and not paths) or time.monotonic() > deadline:
                break
            time.sleep(0.02)
        self.assertEqual(left, nothing)
        self.assertEqual([members[pid] for pid in still], [])
        self.assertEqual(paths, [])

    def end_what_is_left(self):
        for pid in self.processes():
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                pass
