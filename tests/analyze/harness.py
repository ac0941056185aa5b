"""What the tests of `cutset analyze` and `cutset diff` share: the program, a folder of their own, and where the data is.

Each test program is called as NAME_test.py CUTSET SHARED: the program under test, and the folder of sample data that
is not part of the project ("" where there is none; what needs it prints "not run").
"""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BOOKSHOP = ROOT / "traces/bookshop"
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "traces"))
arguments = {}


def main():
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} CUTSET SHARED-DATA [argument of unittest...]")
    arguments["cutset"] = str(pathlib.Path(sys.argv[1]).resolve())
    arguments["shared"] = sys.argv[2]
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])


def samples():
    """The folder of public sample traces, or None."""
    folder = pathlib.Path(arguments["shared"]) / "traces"
    return folder if arguments["shared"] and folder.is_dir() else None


class AnalyzeTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cutset-analyze-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def need_samples(self):
        folder = samples()
        if folder is None:
            print(f"not run: {self.id()} needs the sample traces (CUTSET_SHARED_DATA)")
            self.skipTest("not run: no sample traces")
        return folder

    def cutset(self, *words, stdin=None, timeout=120):
        environment = {**os.environ, "NO_COLOR": "1", "TMPDIR": str(self.folder)}
        return subprocess.run(
            [arguments["cutset"], *map(str, words)], input=stdin, capture_output=True, timeout=timeout, env=environment,
            cwd=self.folder,
        )  # fmt: skip

    def analyze(self, *words, stdin=None, code=0):
        """The JSON of an analysis."""
        done = self.cutset("analyze", "--json", "--quiet", *words, stdin=stdin)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return json.loads(done.stdout)

    def without_inputs(self, analysis):
        """The analysis but for what says where the spans came from."""
        return {key: value for key, value in analysis.items() if key not in ("files", "raw")}
