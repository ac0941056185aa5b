"""What `cutset lint` and `cutset fmt` do with models: commands_test.py CUTSET."""
import json
import os
import pathlib
import stat
import subprocess
import sys
import tempfile
import unittest

GOOD = 'p("a", 1)@1;\npre(X) :- p(X, _);\npost(X) :- p(X, _);\n'
UNFORMATTED = GOOD.replace(" :- ", ":-")
WARNED = GOOD.replace("p(X, _)", "p(X, N)", 1)
WRONG = 'p("a", 1)@1;\npre(X) :- q(X;\npost(X) :- p(X)\n'


class Commands(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = pathlib.Path(self.temporary.name)

    def write(self, name, text):
        (self.folder / name).write_text(text)
        return name

    def cutset(self, *arguments, code):
        done = subprocess.run([CUTSET, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def test_lint_of_a_good_model(self):
        done = self.cutset("lint", self.write("good.ded", GOOD), code=0)
        self.assertEqual((done.stdout, done.stderr), ("good.ded: no problems (protocol model)\n", ""))
        self.assertEqual(json.loads(self.cutset("lint", "--json", "good.ded", code=0).stdout)["problems"], [])

    def test_lint_shows_the_place(self):
        done = self.cutset("lint", self.write("wrong.ded", WRONG), code=65)
        self.assertIn("wrong.ded:2:14: expected `,` and another column, or `)`, found `;`\n  pre(X) :- q(X;\n               ^\n", done.stderr)
        self.assertIn("wrong.ded:4:1: ", done.stderr)
        problems = json.loads(self.cutset("lint", "wrong.ded", "--json", code=65).stdout)["problems"]
        self.assertEqual([(found["line"], found["severity"]) for found in problems], [(2, "error"), (4, "error")])

    def test_warnings_count_if_strict(self):
        self.write("warned.ded", WARNED)
        self.assertIn("[single-variable]", self.cutset("lint", "warned.ded", code=0).stderr)
        self.cutset("lint", "--strict", "warned.ded", code=65)
        problem = json.loads(self.cutset("lint", "--json", "warned.ded", code=0).stdout)["problems"][0]
        self.assertEqual((problem["severity"], problem["check"], problem["column"]), ("warning", "single-variable", 16))

    def test_models_are_programs_of_their_own_unless_together(self):
        facts, rules = GOOD.split("\n", 1)
        names = (self.write("facts.ded", facts), self.write("rules.ded", rules))
        self.cutset("lint", *names, code=65)
        self.cutset("lint", "--together", *names, code=0)

    def test_lint_of_models_and_other_files(self):
        self.write("cutset.yaml", "cutset: 1\nnonsense: 2\n")
        done = self.cutset("lint", "cutset.yaml", self.write("good.ded", GOOD), "nowhere.ded", code=65)
        self.assertIn("cutset.yaml:", done.stderr)
        self.assertIn("cannot open nowhere.ded", done.stderr)
        self.assertIn("good.ded: no problems", done.stdout)

    def test_parameters_are_checked(self):
        done = self.cutset("lint", self.write("rows.ded", "// cutset: eot=4 nodes=a crash=1\n" + GOOD), code=65)
        self.assertIn('rows.ded:1:26: "crash" is no parameter, did you mean "crashes"?', done.stderr)

    def test_fmt_in_place(self):
        path = self.folder / self.write("model.ded", UNFORMATTED)
        path.chmod(0o640)
        (self.folder / "link.ded").symlink_to("model.ded")
        self.assertEqual(self.cutset("fmt", "link.ded", code=0).stdout, "link.ded: formatted\n")
        self.assertEqual(path.read_text(), GOOD)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o640)
        self.assertTrue((self.folder / "link.ded").is_symlink())
        self.assertEqual(self.cutset("fmt", "model.ded", code=0).stdout, "")

    def test_fmt_check_and_stdout_change_nothing(self):
        self.write("model.ded", UNFORMATTED)
        self.write("good.ded", GOOD)
        self.assertIn("model.ded: not formatted", self.cutset("fmt", "--check", "model.ded", "good.ded", code=1).stdout)
        self.assertEqual(self.cutset("fmt", "--stdout", "model.ded", code=0).stdout, GOOD)
        self.assertEqual((self.folder / "model.ded").read_text(), UNFORMATTED)
        self.cutset("fmt", "--check", "good.ded", code=0)
        self.cutset("fmt", "--check", "--stdout", "good.ded", code=64)

    def test_fmt_leaves_what_it_does_not_understand(self):
        self.write("wrong.ded", WRONG)
        self.write("model.ded", UNFORMATTED)
        self.write("notes.txt", "x")
        done = self.cutset("fmt", "wrong.ded", "notes.txt", "nowhere.ded", "model.ded", "--json", code=65)
        found = json.loads(done.stdout)
        self.assertEqual(found["exit_code"], 65)
        self.assertEqual(found["files"], [{"file": "model.ded", "changed": True}])
        self.assertEqual([problem["file"] for problem in found["problems"]],
                         ["wrong.ded", "wrong.ded", "notes.txt", "nowhere.ded"])
        self.assertEqual((self.folder / "wrong.ded").read_text(), WRONG)
        self.assertEqual((self.folder / "model.ded").read_text(), GOOD)

    @unittest.skipIf(os.geteuid() == 0, "everything is writable for root")
    def test_fmt_of_a_file_in_a_folder_that_cannot_be_written(self):
        self.write("model.ded", UNFORMATTED)
        self.folder.chmod(0o500)
        self.addCleanup(self.folder.chmod, 0o700)
        self.assertIn("cannot write", self.cutset("fmt", "model.ded", code=65).stderr)


if __name__ == "__main__":
    CUTSET = sys.argv.pop(1)
    unittest.main()
