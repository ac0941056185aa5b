"""A schedule that is played on two hosts of this machine: what it says happens, is seen from outside, and is undone."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request

import harness

PLAYED = harness.HERE / "played"
SHAPES_OF_FAULTSEE = harness.ROOT / "tests/report/play/faultsee_shapes.py"


class Watcher(threading.Thread):
    """Asks every instance again and again: (seconds, instance, answer or None)."""

    def __init__(self, ports):
        super().__init__(daemon=True)
        self.ports = ports
        self.seen = []
        self.going = True

    def run(self):
        while self.going:
            for file in sorted(self.ports.iterdir()):
                asked = time.time()
                answer = None
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{file.read_text()}/", timeout=0.1) as reply:
                        answer = reply.read().decode().split()
                except (OSError, ValueError):
                    pass
                self.seen.append((asked, file.name, answer))
            time.sleep(0.02)

    def answers(self, instance, since, until):
        return [answer for asked, name, answer in self.seen if name == instance and since <= asked <= until]


class Play(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.place = self.folder / "played"
        shutil.copytree(PLAYED, self.place)
        self.ports = self.folder / "ports"
        self.ports.mkdir()

    def environment(self):
        return {**super().environment(), "PORTS": str(self.ports)}

    def play(self, *arguments):
        return self.cutset("play", self.place / "schedule.yml", "--hosts", "a,b", "--place", "db=b", "--place", "web=a",
                           *arguments)

    def test_what_it_says_happens_and_is_seen_from_outside(self):
        watcher = Watcher(self.ports)
        watcher.start()
        record = self.folder / "record"
        done = self.play("--record", record, "--sample", "200ms", "--faultsee-results", self.folder / "faultsee",
                         "--json")
        watcher.going = False
        self.assert_exit(done, 0)
        self.assert_nothing_left()
        result = json.loads(done.stdout)
        self.assertEqual(result["verdict"], "fired")
        self.assertEqual(json.loads((record / "result.json").read_text()), result)
        actions = {action["id"]: action for action in result["actions"]}
        barrier = result["barrier_utc_ns"] / 1e9

        for action in actions.values():
            self.assertEqual(action["fate"], "fired", action)
            if action["late_ns"] is not None:
                self.assertLess(action["late_ns"], 500e6, action)
                self.assertGreater(action["late_ns"], -5e6, action)
        relayed = [name for name, action in actions.items() if action["relayed"]]
        self.assertEqual(relayed, ["signalled/web/1/kill"])
        self.assertGreaterEqual(actions["signalled/web/1/kill"]["fired_utc_ns"],
                                actions["signalled/db/0/custom"]["triggered_utc_ns"])

        def between(name, since, until):
            return watcher.answers(name, barrier + since, barrier + until)

        self.assertTrue(all(between("web.0", 1.0, 1.8)), "web 0 is up before it is frozen")
        self.assertFalse(any(between("web.0", 2.2, 2.8)), "web 0 is frozen")
        self.assertTrue(any(between("web.0", 3.4, 5.5)), "web 0 goes on")
        self.assertEqual(len({answer[2] for answer in between("web.0", 0.5, 5.5) if answer}), 1, "by the same process")
        self.assertFalse(any(between("web.0", 6.5, 6.9)), "web 0 is stopped")
        self.assertTrue(any(between("web.1", 1.6, 2.4)), "web 1 was started")
        self.assertFalse(any(between("web.1", 3.2, 3.9)), "web 1 was killed, by what db wrote")
        self.assertTrue(any(between("web.1", 5.0, 6.9)), "web 1 was started again")
        self.assertEqual({answer[3] for answer in between("db.0", 2.8, 3.9) if answer}, {"1"}, "db got the signal")
        self.assertFalse(any(between("db.0", 4.2, 4.8)), "db crashed")
        self.assertTrue(any(between("db.0", 6.0, 6.9)), "db came back")

        events = [json.loads(line) for line in (record / "events.jsonl").read_text().splitlines()][1:]
        self.assertEqual(events, sorted(events, key=lambda event: event["utc_ns"]))
        lines = [json.loads(line) for line in (record / "logs.jsonl").read_text().splitlines()]
        self.assertIn(("db/0", "signal 1"), {(line["instance"], line["line"]) for line in lines})
        samples = [json.loads(line) for line in (record / "resources.jsonl").read_text().splitlines()]
        self.assertEqual({sample["host"] for sample in samples}, {"a", "b"})
        self.assertIn("web/0", {sample.get("instance") for sample in samples})
        shapes = subprocess.run([sys.executable, SHAPES_OF_FAULTSEE, self.folder / "faultsee"], capture_output=True,
                                text=True, check=False)
        self.assertEqual(shapes.returncode, 0, shapes.stdout)
        page = self.cutset("report", record, record, "--html", self.folder / "both.html")
        self.assert_exit(page, 0)
        self.assertIn("web/1", (self.folder / "both.html").read_text())
        self.assert_exit(self.play("--record", record), 64)  # one record a folder

    def test_ctrl_c(self):
        run = self.start("play", self.place / "schedule.yml", "--hosts", "a,b", "--record", self.folder / "record")
        deadline = time.monotonic() + harness.LONGEST_SECONDS
        while "barrier has passed" not in (self.folder / "output.txt").read_text():
            self.assertIsNone(run.poll(), (self.folder / "output.txt").read_text())
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        time.sleep(2.2)
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(harness.LONGEST_SECONDS), 3)
        self.assert_nothing_left()
        result = json.loads((self.folder / "record/result.json").read_text())
        self.assertEqual(result["verdict"], "stopped")
        paused = next(action for action in result["actions"] if action["what"] == "pause")
        self.assertEqual(paused["fate"], "fired")
        self.assertIsNotNone(paused["undone_utc_ns"])

    def test_lost_agent(self):
        run = self.start("play", self.place / "schedule.yml", "--hosts", "a,b", "--record", self.folder / "record")
        deadline = time.monotonic() + harness.LONGEST_SECONDS
        while "barrier has passed" not in (self.folder / "output.txt").read_text():
            self.assertIsNone(run.poll(), (self.folder / "output.txt").read_text())
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)
        # A process that waits to be executed still looks like its keeper, but leads a session of its own.
        agents = [pid for pid in self.processes() if os.getsid(pid) != pid
                  and harness.binaries["agent"].encode() in (pathlib.Path("/proc") / str(pid) / "cmdline").read_bytes()]
        self.assertGreaterEqual(len(agents), 2)
        subprocess.run(["kill", "-9", str(max(agents))], check=True)
        self.assertEqual(run.wait(harness.LONGEST_SECONDS), 2)
        self.assert_nothing_left()
        result = json.loads((self.folder / "record/result.json").read_text())
        self.assertEqual(result["verdict"], "inconclusive")
        self.assertIn("lost: ", result["reason"])

    def test_what_does_not_fire_is_inconclusive(self):
        schedule = self.place / "schedule.yml"
        schedule.write_text(schedule.read_text().replace("signal \\\\d", "never \\\\d"))
        done = self.play()
        self.assert_exit(done, 2)
        self.assertIn("signalled/web/1/kill", done.stdout)
        self.assert_nothing_left()

    def test_what_cannot_be_played(self):
        schedule = self.place / "schedule.yml"
        schedule.write_text(schedule.read_text().replace("crash: {restart_after: 1}",
                                                         "crash: {at: {syscall: {name: fsync}}}"))
        done = self.play()
        self.assert_exit(done, 65)
        self.assertIn("agents do not see system calls", done.stderr)
        schedule.write_text("events:\n  - beginning: {nobody: 1}\n  - end: 1\n")
        done = self.cutset("play", schedule)
        self.assert_exit(done, 65)
        self.assertIn("nobody", done.stderr)

    def test_again_in_the_same_place(self):
        schedule = self.place / "schedule.yml"
        schedule.write_text("events:\n  - beginning: {db: 1}\n  - moment: {time: 1, mark: m}\n  - end: 1\n")
        for record in ("first", "second"):  # the output of the first is none of the second's
            self.assert_exit(self.cutset("play", schedule, "--record", self.folder / record), 0)
            lines = (self.folder / record / "logs.jsonl").read_text().splitlines()
            self.assertEqual([json.loads(line)["line"] for line in lines], ["listening"])

    def test_dry_run_starts_nothing(self):
        done = self.play("--dry-run")
        self.assert_exit(done, 0)
        self.assertIn("the controller relays signalled", done.stdout)
        self.assertFalse((self.place / ".cutset").exists())


if __name__ == "__main__":
    harness.main()
