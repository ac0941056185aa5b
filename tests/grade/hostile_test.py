"""Submissions that want all time, all memory, other people's files; and Ctrl-C. None of them stops the others."""
import os
import pathlib
import signal
import subprocess
import time

import harness

TASK = """version: cutset-task/1
title: Hostile
files: [{invariant}]
given: [member, broadcast]
checks:
  - name: no faults
    parameters: eot=6 nodes=a,b,c
    points: 1
limits: {{{limits}}}
"""
GOOD = """delivered(X, M) :- broadcast(X, M);
message(Y, M)@async :- delivered(X, M), member(X, Y);
delivered(Y, M) :- message(Y, M);
delivered(X, M)@next :- delivered(X, M);
"""
COUNTS = "copies(X, M, 1) :- broadcast(X, M);\ncopies(X, M, N + 1) :- copies(X, M, N);\n" + GOOD
# Joins everything with everything, and keeps nothing of it.
JOINS = (
    "".join(f'n("a", {i})@1;\n' for i in range(400))
    + "p(X) :- n(X, A), n(X, B), n(X, C), n(X, D), A + B + C + D == 0 - 1;\nq(X) :- p(X);\n"
    + GOOD
)


class Hostile(harness.GradeTest):
    def task(self, **limits):
        limits = {"seconds": 20, "tuples": 100_000, **limits}
        file = self.folder / "task.yaml"
        file.write_text(
            TASK.format(
                invariant=os.path.relpath(harness.ROOT / "models/tasks/broadcast/invariant.ded", self.folder),
                limits=", ".join(f"{key}: {value}" for key, value in limits.items()),
            )
        )
        return file

    def write(self, name, text):
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def graded_between(self, bad, expected, said, **limits):
        """Good submissions before and behind it get their points."""
        good = self.write("good.ded", GOOD)
        grades = self.grades(self.task(**limits), good, bad, good)
        results = [submission["result"] for submission in grades["submissions"]]
        self.assertEqual(results, ["checked", expected, "checked"], grades["submissions"][1])
        self.assertEqual([submission["points"] for submission in grades["submissions"]], [1, 0, 1])
        problem = grades["submissions"][1]["problem"]
        self.assertIn(said, problem["message"])
        return problem

    def test_counts_without_end(self):
        self.graded_between(self.write("bad.ded", COUNTS), "does not end", "more than 100000 tuples")

    def test_time(self):
        self.graded_between(self.write("bad.ded", JOINS), "does not end", "", seconds=2, tuples=100_000_000)

    def test_memory(self):
        bad = self.write("bad.ded", COUNTS)
        self.graded_between(bad, "does not end", "", megabytes=48, tuples=100_000_000, seconds=10)

    def test_million_facts(self):
        bad = self.write("bad.ded", "".join(f'f("a", {i})@1;\n' for i in range(1_000_000)) + GOOD)
        self.graded_between(bad, "refused", "is too large")
        self.graded_between(bad, "does not end", "", kilobytes=60_000, seconds=60)

    def test_huge_file(self):
        bad = self.folder / "bad.ded"
        with open(bad, "wb") as file:
            file.truncate(1 << 40)  # a terabyte of nothing
        self.graded_between(bad, "refused", "is too large")

    def test_deep_parentheses_and_long_lines(self):
        self.graded_between(self.write("bad.ded", "p(" * 300_000), "does not parse", "")
        self.graded_between(self.write("bad.ded", "x" * 900_000), "does not parse", "")
        self.graded_between(self.write("bad.ded", "\0" * 1000 + "\xff\xfe"), "does not parse", "")

    def test_deep_includes(self):
        for i in range(200):
            self.write(f"deep/parts/{i}.ded", f'include "parts/{i + 1}.ded";')
        self.write("deep/main.ded", 'include "parts/0.ded";\n' + GOOD)
        self.graded_between(self.folder / "deep", "does not parse", "deeper than")

    def test_include_circle(self):
        self.write("circle/a.ded", 'include "b.ded";')
        self.write("circle/b.ded", 'include "a.ded";')
        self.graded_between(self.folder / "circle", "does not parse", "circle")

    def test_other_peoples_files(self):
        secret = self.write("secret.txt", "top secret;")
        for path in ("/etc/passwd", "../secret.txt", "sub/../../secret.txt", str(secret)):
            self.write("climber/main.ded", f'include "{path}";\n' + GOOD)
            problem = self.graded_between(self.folder / "climber", "refused", "reaches out of its folder")
            self.assertNotIn("root:", problem["message"])
            self.assertEqual((problem["file"], problem["line"]), ("main.ded", 1))
        self.write("one.ded", 'include "good.ded";')
        self.graded_between(self.folder / "one.ded", "refused", "includes nothing")

    def test_links(self):
        secret = self.write("secret.txt", "top secret;")
        (self.folder / "link.ded").symlink_to(secret)
        self.graded_between(self.folder / "link.ded", "refused", "is a link")
        folder = self.folder / "linked"
        folder.mkdir()
        (folder / "main.ded").symlink_to(secret)
        self.graded_between(folder, "refused", "")
        (folder / "main.ded").unlink()
        (folder / "out").symlink_to(self.folder)
        (folder / "main.ded").write_text('include "out/secret.txt";')
        self.graded_between(folder, "refused", "reaches out of its folder")

    def test_strange_files(self):
        pipe = self.folder / "pipe.ded"
        os.mkfifo(pipe)
        self.graded_between(pipe, "refused", "not a regular file")
        self.graded_between(self.folder / "missing.ded", "refused", "No such file")
        self.graded_between(self.write("text.txt", GOOD), "refused", "neither a .ded file nor a folder")
        (self.folder / "empty").mkdir()
        self.graded_between(self.folder / "empty", "refused", "no .ded file")

    def test_ctrl_c_keeps_what_is_graded(self):
        good = self.write("good.ded", GOOD)
        slow = self.write("slow.ded", JOINS)
        page, table = self.folder / "page.html", self.folder / "grades.csv"
        run = subprocess.Popen(
            self.command("--json", "grade", self.task(seconds=200, tuples=100_000_000), good, slow, good, "--html", page,
                         "--csv", table), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.environment(),
        )  # fmt: skip
        children = pathlib.Path(f"/proc/{run.pid}/task/{run.pid}/children")
        deadline = time.monotonic() + 120
        while True:  # until a child has worked for as long as the good one never does
            self.assertIsNone(run.poll())
            self.assertLess(time.monotonic(), deadline)
            try:
                child = children.read_text().split()[0]
                fields = pathlib.Path(f"/proc/{child}/stat").read_text().rsplit(")", 1)[1].split()
                if int(fields[11]) + int(fields[12]) > 1.5 * os.sysconf("SC_CLK_TCK"):
                    break
            except (IndexError, FileNotFoundError, ProcessLookupError):
                pass
            time.sleep(0.02)
        run.send_signal(signal.SIGINT)
        out, errors = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 3, errors)
        self.assertFalse(pathlib.Path(f"/proc/{child}").exists(), "its process is gone")
        grades = harness.json.loads(out)
        self.assertTrue(grades["stopped"])
        self.assertEqual([s["result"] for s in grades["submissions"]], ["checked", "not graded", "not graded"])
        self.assertEqual(grades["submissions"][0]["points"], 1)
        self.assertIn("Stopped: 2 of 3", page.read_text())
        self.assertEqual(len(table.read_text().splitlines()), 4)


if __name__ == "__main__":
    harness.main()
