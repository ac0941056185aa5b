"""kill -9 of each of our processes in mid-campaign: nothing stays, and the journal can be read and gone on with."""
import os
import signal
import time

import harness
from acceptance_steps import endings

PACED = harness.HERE / "paced/cutset.yaml"


class Kill(harness.EndToEnd):
    def kill(self, victim):
        run = self.start("run", PACED, "--state", self.state)
        self.await_results(run, 8)
        members = endings.family(run.pid)
        sockets = endings.sockets_of(members)
        self.assertTrue(sockets, "the agent listens on a Unix socket")
        keeper, worker = endings.agents(members, run.pid)
        os.kill({"cutset": run.pid, "keeper": keeper, "worker": worker}[victim], signal.SIGKILL)
        code = run.wait(endings.SECONDS_TO_VANISH)
        self.assert_nothing_left(members, sockets)
        report = self.cutset("report", self.state)
        self.assert_exit(report, 0)
        self.assertIn("paced", report.stdout)
        return code

    def go_on(self):
        before = [result["run"] for result in harness.results(self.records())]
        self.assertGreaterEqual(len(before), 8)
        self.assert_exit(self.cutset("run", PACED, "--state", self.state, "--resume"), 1)
        names = [result["run"] for result in harness.results(self.records())]
        self.assertEqual(names[: len(before)], before)
        self.assertEqual(len(names), len(set(names)), "a run was repeated")
        self.assertEqual(harness.call_sets(self.records()), harness.expected_sets("3-retry")[0])

    def test_cutset(self):
        self.assertEqual(self.kill("cutset"), -signal.SIGKILL)
        self.go_on()

    def test_cutset_at_the_very_beginning(self):
        run = self.start("run", PACED, "--state", self.state)
        while len(self.processes()) < 2:  # the agent has just begun
            self.assertIsNone(run.poll())
        run.kill()
        run.wait()
        self.assert_nothing_left()
        self.assert_exit(self.cutset("run", PACED, "--state", self.state), 1)

    def test_cutset_while_everything_starts(self):
        for milliseconds in range(5, 125, 20):
            with self.subTest(milliseconds=milliseconds):
                run = self.start("run", PACED, "--state", self.state / str(milliseconds))
                time.sleep(milliseconds / 1000)
                run.kill()
                run.wait()
                self.assert_nothing_left()

    def test_worker(self):
        self.assertEqual(self.kill("worker"), 2)
        self.go_on()

    def test_keeper(self):
        self.assertEqual(self.kill("keeper"), 2)
        self.go_on()


if __name__ == "__main__":
    harness.main()
