"""scripts/count-tests on results as ctest writes them."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RUN = '<testcase name="good" status="run"/>'
FAIL = '<testcase name="bad" status="fail"><failure message=""/></testcase>'
SKIP = '<testcase name="later" status="notrun"><skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/></testcase>'
MISSING = '<testcase name="gone" status="notrun"><skipped message="Unable to find executable"/></testcase>'


def count(*cases):
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as file:
        file.write(f'<?xml version="1.0"?><testsuite>{"".join(cases)}</testsuite>')
        file.flush()
        command = [sys.executable, str(ROOT / "scripts/count-tests"), file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.splitlines()


class CountTests(unittest.TestCase):
    def test_all_good(self):
        self.assertEqual(count(RUN, RUN), (0, ["2 passed, 0 failed"]))

    def test_skipped_are_told(self):
        self.assertEqual(count(RUN, SKIP), (0, ["1 passed, 0 failed, 1 skipped"]))

    def test_failed_are_named(self):
        self.assertEqual(count(RUN, FAIL), (1, ["FAILED: bad", "1 passed, 1 failed"]))

    def test_missing_program_is_a_failure(self):
        self.assertEqual(count(RUN, MISSING), (1, ["FAILED: gone (not run)", "1 passed, 1 failed"]))

    def test_nothing_passed_is_no_success(self):
        self.assertEqual(count(SKIP)[0], 1)
        self.assertEqual(count()[0], 1)


if __name__ == "__main__":
    unittest.main()
