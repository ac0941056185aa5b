"""What the tests of `cutset grade` share: the program, and a folder of their own."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.dont_write_bytecode = True
arguments = {"update": "--update" in sys.argv}


def main():
    words = [word for word in sys.argv[1:] if word != "--update"]
    if not words:
        sys.exit(f"usage: {sys.argv[0]} CUTSET [--update] [argument of unittest...]")
    arguments["cutset"] = str(pathlib.Path(words[0]).resolve())
    unittest.main(argv=[sys.argv[0], *words[1:]])


class GradeTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cutset-grade-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def command(self, *words):
        return [arguments["cutset"], *map(str, words)]

    def environment(self):
        return {**os.environ, "NO_COLOR": "1", "COLUMNS": "100"}

    def cutset(self, *words, folder=None):
        return subprocess.run(
            self.command(*words), capture_output=True, text=True, timeout=300, env=self.environment(),
            cwd=folder or self.folder,
        )  # fmt: skip

    def grades(self, task, *submissions, code=0, folder=None, more=()):
        done = self.cutset("--json", "grade", task, *submissions, *more, folder=folder)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout)

    def compare(self, path, found):
        """With a file that --update writes."""
        if arguments["update"]:
            path.write_text(found)
        self.assertEqual(path.read_text(), found, path)
