"""`cutset solve` and `cutset verify` as a user calls them: what is printed, what is wrong, what ends early.

Called as command_test.py CUTSET.
"""
import json
import os
import pathlib
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

CUTSET = str(pathlib.Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else sys.exit(__doc__)

# Two ways to answer, each over two messages; the second server may crash as well.
TWO_WAYS = """c {"format":"cutset-dag/1","family":"by hand"}
p dag 5 4 8
f 0 omit 1 client first 1
f 1 omit 2 first client 2
f 2 omit 3 client second 1
f 3 omit 4 second client 2
f 4 crash 9 second - 0
g 5 a 0 1
g 6 a 2 3 4
g 7 o 5 6
g 8 a 7
"""


def wide(goals):
    """Goals, one of which has to hold, each by any 3 of 9 faults that it shares with its neighbours: no end of sets."""
    faults = 6 * goals + 3
    lines = [f"f {fault} omit 1 a b {fault}" for fault in range(faults)]
    gate = faults
    conjuncts = []
    for goal in range(goals):
        near = range(6 * goal, 6 * goal + 9)
        threes = [(a, b, c) for a in near for b in near for c in near if a < b < c]
        lines += [f"g {gate + i} a {a} {b} {c}" for i, (a, b, c) in enumerate(threes)]
        lines.append(f"g {gate + len(threes)} o " + " ".join(str(gate + i) for i in range(len(threes))))
        gate += len(threes) + 1
        conjuncts.append(gate - 1)
    lines.append(f"g {gate} o " + " ".join(map(str, conjuncts)))
    head = ['c {"format":"cutset-dag/1"}', f"p dag {faults} {gate + 1 - faults} {gate}"]
    return "\n".join(head + lines) + "\n"


class Command(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cutset-solve-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.graph = self.file("two.dag", TWO_WAYS)

    def file(self, name, text):
        path = self.folder / name
        path.write_text(text)
        return path

    def run_cutset(self, *words, code=0, stdout=subprocess.PIPE):
        done = subprocess.run(
            [CUTSET, *map(str, words)], stdout=stdout, stderr=subprocess.PIPE, text=True, cwd=self.folder, timeout=60,
            check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, code, done.stderr)
        self.assertNotIn("internal error", done.stderr)
        return done

    def refuse(self, *words, says, code=64):
        done = self.run_cutset(*words, code=code)
        self.assertIn(says, done.stderr)
        failure = json.loads(self.run_cutset(*words, "--json", code=code).stdout)
        self.assertEqual(failure["exit_code"], code)
        self.assertIn(says, ("%(file)s:%(line)d:%(column)d: " % failure["error"]) + failure["error"]["message"])

    def test_lists_certifies_and_verifies(self):
        done = self.run_cutset("solve", self.graph, "--certificate", "two.cert")
        self.assertIn("6 minimal cut sets (6 of size 2): all there are", done.stdout)
        self.assertIn("(1 conjunct in 1 part: ", done.stdout)
        self.assertEqual(sum("omit(client->first at 1)" in line for line in done.stdout.splitlines()), 3)
        self.assertIn("exactly the 6 listed", self.run_cutset("verify", "two.cert", self.graph).stdout)
        answer = json.loads(self.run_cutset("solve", self.graph, "--all", "--json", "--stats").stdout)
        self.assertEqual(
            [each["faults"] for each in answer["sets"]], [[0, 2], [1, 2], [0, 3], [1, 3], [0, 4], [1, 4]]
        )
        self.assertEqual((answer["count"], answer["complete"], answer["by_size"]), (6, True, {"2": 6}))
        self.assertNotIn("certificate", answer)
        self.assertGreater(len(answer["stats"]["passes"]), 0)
        count = json.loads(self.run_cutset("solve", self.graph, "--count", "--json", "--budget", "9,crash=0").stdout)
        self.assertEqual((count["count"], "sets" in count), (4, False))

    def test_first_ones_have_no_certificate(self):
        done = self.run_cutset("solve", self.graph, "--first", "2", "--certificate", "two.cert")
        self.assertIn("no certificate: it needs the complete list", done.stderr)
        self.assertFalse((self.folder / "two.cert").exists())

    def test_options_that_make_no_sense(self):
        self.refuse("solve", self.graph, "--budget", "3,2", says="--budget 2: a second bound of all faults")
        self.refuse("solve", self.graph, "--budget", "crash=1,crash=2", says="crash=2: a second bound of crash")
        self.refuse("solve", self.graph, "--budget", "fire=1", says="a kind of fault of the graph (omit, crash)")
        self.refuse("solve", self.graph, "--budget", "many", says="--budget many: expected a number of faults")
        self.refuse("solve", self.graph, "--first", "-1", says="--first")
        self.refuse("solve", self.graph, "--all", "--first", "3", says="--first excludes --all")
        self.refuse("solve", self.graph, "--time-limit", "-1", says="--time-limit -1: expected 0 to")
        self.refuse("solve", self.graph, "--time-limit", "nan", says="--time-limit nan: expected 0 to")
        self.refuse("solve", self.graph, "--time-limit", "1e300", says="expected 0 to")
        self.refuse("slove", self.graph, says='unknown subcommand "slove"')

    def test_wrong_files(self):
        self.refuse("verify", self.graph, self.graph, says='expected "cutset-certificate/1"', code=65)
        self.run_cutset("solve", self.graph, "--certificate", "two.cert")
        self.refuse("verify", self.graph, "two.cert", says="the order is cutset verify CERTIFICATE GRAPH")
        self.refuse("solve", self.graph, "--certificate", "no/such", says="no/such: cannot write", code=2)
        self.refuse("solve", self.graph, "--certificate", self.folder, says="it is a folder", code=2)
        other = self.file("other.dag", TWO_WAYS.replace("g 5 a 0 1", "g 5 a 0"))
        refused = self.run_cutset("verify", "two.cert", other, code=1)
        self.assertIn("two.cert:2: refused: a certificate of another graph", refused.stdout)

    def test_a_certificate_is_no_reason_to_replace_a_device(self):
        (self.folder / "device").symlink_to("/dev/null")
        self.run_cutset("solve", self.graph, "--certificate", "device")
        self.assertTrue((self.folder / "device").is_symlink())
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/null").st_mode))

    def test_results_that_nobody_takes(self):
        many = self.file("many.dag", wide(2))
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "w") as pipe:
            done = self.run_cutset("solve", many, "--first", "500", stdout=pipe, code=3)
        self.assertEqual(done.stderr, "")
        for words in (["--first", "500"], ["--first", "1"], ["--first", "500", "--json"]):
            with open("/dev/full", "w") as full:
                done = self.run_cutset("solve", many, *words, stdout=full, code=2)
            self.assertIn("the results cannot be written: No space left", done.stderr)

    def test_what_ends_early_keeps_what_was_found(self):
        endless = self.file("endless.dag", wide(12))
        for words in (["--all"], ["--all", "--json"], ["--all", "--method", "plain"]):
            pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            with subprocess.Popen([CUTSET, "solve", endless, *words], **pipes) as run:
                time.sleep(1)
                self.assertIsNone(run.poll(), "it ended by itself")
                run.send_signal(signal.SIGINT)
                output, errors = run.communicate(timeout=60)
                self.assertEqual((run.returncode, errors), (3, b""))
                if "--json" in words:
                    self.assertTrue(json.loads(output)["stopped"])
                else:
                    self.assertIn(b"stopped before the end", output)
        done = self.run_cutset("solve", endless, "--all", "--time-limit", "0.0001", code=3)
        self.assertIn("stopped before the end", done.stdout)


if __name__ == "__main__":
    unittest.main()
