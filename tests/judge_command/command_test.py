"""`cutset judge` as a user calls it. Each folder of cases/ has a history, the arguments, and what is printed.

Called as command_test.py CUTSET; with UPDATE=1 in the environment the expected texts are written anew.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import jsonschema

CUTSET = str(pathlib.Path(sys.argv.pop(1)).resolve()) if len(sys.argv) > 1 else sys.exit(__doc__)
HERE = pathlib.Path(__file__).resolve().parent
SCHEMAS = HERE.parent.parent / "schema"


def judge(folder, *arguments):
    return subprocess.run([CUTSET, *arguments], cwd=folder, capture_output=True, text=True, timeout=60)


class Cases(unittest.TestCase):
    maxDiff = None

    def test_text(self):
        for folder in sorted((HERE / "cases").iterdir()):
            with self.subTest(folder.name):
                arguments = (folder / "arguments").read_text().split()
                done = judge(folder, "judge", "history.jsonl", *arguments)
                text = f"{done.stdout}{done.stderr}exit code {done.returncode}\n"
                if os.environ.get("UPDATE"):
                    (folder / "expected.txt").write_text(text)
                self.assertEqual(text, (folder / "expected.txt").read_text())

    def test_json_fits_its_schema(self):
        schema = json.loads((SCHEMAS / "cutset-judgement.schema.json").read_text())
        for folder in sorted((HERE / "cases").iterdir()):
            with self.subTest(folder.name):
                arguments = (folder / "arguments").read_text().split()
                done = judge(folder, "--json", "judge", "history.jsonl", *arguments)
                answer = json.loads(done.stdout)
                self.assertEqual(answer["exit_code"], done.returncode)
                if done.returncode < 64:
                    jsonschema.validate(answer, schema)

    def test_histories_fit_their_schema(self):
        schema = json.loads((SCHEMAS / "cutset-history.schema.json").read_text())
        jsonschema.Draft7Validator.check_schema(schema)
        for path in sorted((HERE / "cases").glob("*/history.jsonl")):
            with self.subTest(path.parent.name):
                errors = []
                for line in path.read_text().splitlines():
                    errors += jsonschema.Draft7Validator(schema).iter_errors(json.loads(line))
                self.assertEqual(bool(errors), path.parent.name == "refused")

    def test_edn_and_checkers(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            checker = folder / "checker.sh"
            checker.write_text("#!/bin/sh\ngrep -c '\"ok\"' \"$1\"\nexit 1\n")
            checker.chmod(0o755)
            history = HERE / "cases" / "queue" / "history.jsonl"
            done = judge(folder, "judge", str(history), "--edn", "out.edn", "--checker", "./checker.sh")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("./checker.sh: violated\n  4\n", done.stdout)
            lines = (folder / "out.edn").read_text().splitlines()
            self.assertEqual(len(lines), 8)
            self.assertEqual(lines[7], '{:index 7, :type :ok, :process 1, :f :drain, :value ["m-2" "m-1"]}')

    def test_standard_input(self):
        text = (HERE / "cases" / "lost_overwritten" / "history.jsonl").read_text()
        done = subprocess.run([CUTSET, "judge", "-", "--outcome", "linearizable"], input=text, capture_output=True,
                              text=True, timeout=60)
        self.assertEqual(done.returncode, 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
