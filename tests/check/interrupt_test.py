"""Ctrl-C and time limits end a check and keep what was found: interrupt_test.py CUTSET [argument of unittest...]."""
import json
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

CUTSET = ""

# Nobody finishes 2^132 fault sets; the first ones with one omission violate.
VIOLATED = """// cutset: eot=12 eff=12 nodes=a,b,c,d
member("a", "b")@1; member("a", "c")@1; member("a", "d")@1;
start("a", "m")@1;
told(Y, M)@async :- start(X, M), member(X, Y);
knows(X, M) :- told(X, M);
knows(X, M)@next :- knows(X, M);
begun(X, M) :- start(X, M);
begun(X, M)@next :- begun(X, M);
known(M, count<X>) :- knows(X, M);
pre(X, M) :- begun(X, M);
post(X, M) :- begun(X, M), known(M, 3);
"""
HOLDS = VIOLATED.replace("known(M, 3)", "told_by(X)").replace(
    "known(M, count<X>) :- knows(X, M);", "told_by(X) :- begun(X, _);")
# Of hostile size: the evaluator itself is stopped, not only the search.
ENDLESS = """// cutset: eot=900 nodes=a
n("a", 1)@1;
n(X, I + 1)@next :- n(X, I);
n(X, I)@next :- n(X, I);
m(X, I, J, K) :- n(X, I), n(X, J), n(X, K);
pre(X) :- m(X, 1, 1, 1);
post(X) :- m(X, 1, 1, 1);
"""


class Interrupted(unittest.TestCase):
    def check(self, model, *arguments, interrupt_after=None):
        with tempfile.TemporaryDirectory() as place:
            file = pathlib.Path(place) / "model.ded"
            file.write_text(model)
            begin = time.monotonic()
            process = subprocess.Popen([CUTSET, "check", str(file), "--json", "--quiet", *arguments], stdout=subprocess.PIPE,
                                       stderr=subprocess.PIPE)
            if interrupt_after:
                time.sleep(interrupt_after)
                self.assertIsNone(process.poll(), "it ended before it could be interrupted")
                process.send_signal(signal.SIGINT)
            out, error = process.communicate(timeout=60)
            self.seconds = time.monotonic() - begin
        self.assertTrue(out, error.decode())
        return process.returncode, json.loads(out)

    def test_ctrl_c_keeps_what_was_found(self):
        code, answer = self.check(VIOLATED, "--exhaustive", interrupt_after=2)
        check = answer["checks"][0]
        self.assertEqual((code, check["verdict"], check["complete"]), (1, "violated", False))
        self.assertEqual([finding["text"] for finding in check["findings"]],
                         ["{omission a -> b at 1}", "{omission a -> c at 1}", "{omission a -> d at 1}"])
        self.assertTrue(all(finding["story"] for finding in check["findings"]), "what was found is explained all the same")

    def test_ctrl_c_with_nothing_found_is_stopped(self):
        code, answer = self.check(HOLDS, "--exhaustive", interrupt_after=2)
        check = answer["checks"][0]
        self.assertEqual((code, check["verdict"], check["why"]), (3, "stopped", "stopped"))
        self.assertGreater(check["executions"], 1)

    def test_a_time_limit_stops(self):
        code, answer = self.check(HOLDS, "--exhaustive", "--time-limit", "1")
        self.assertEqual((code, answer["checks"][0]["verdict"], answer["checks"][0]["why"]), (3, "stopped", "the time limit"))
        self.assertLess(self.seconds, 30)

    def test_a_time_limit_stops_inside_an_execution(self):
        code, answer = self.check(ENDLESS, "--time-limit", "1", "--max-tuples", "1000000000")
        self.assertEqual((code, answer["checks"][0]["verdict"], answer["checks"][0]["why"]), (3, "stopped", "the time limit"))
        self.assertLess(self.seconds, 30)


if __name__ == "__main__":
    CUTSET = str(pathlib.Path(sys.argv[1]).resolve())
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
