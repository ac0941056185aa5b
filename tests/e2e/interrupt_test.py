"""A campaign that is interrupted undoes everything, and --resume goes on without repeating."""
import signal
import time

import harness
import journal

PACED = harness.HERE / "paced/cutset.yaml"


class Interrupt(harness.EndToEnd):
    def assert_is_complete(self, before):
        """The journal of --resume tells the same as one that was never interrupted."""
        whole_state = self.folder / "whole"
        self.assert_exit(self.cutset("run", PACED, "--state", whole_state), 1)
        whole, resumed = self.records(whole_state), self.records()
        names = [result["run"] for result in harness.results(resumed)]
        self.assertEqual(names[: len(before)], before)
        self.assertEqual(len(names), len(set(names)), "a run was repeated")
        self.assertEqual(names, [result["run"] for result in harness.results(whole)])
        self.assertEqual(harness.call_sets(resumed), harness.expected_sets("3-retry")[0])
        self.assertEqual(journal.signature(resumed), journal.signature(whole))

    def interrupt_and_resume(self, number, after):
        run = self.start("run", PACED, "--state", self.state)
        self.await_results(run, after)
        self.assertGreaterEqual(len(self.processes()), 5, "cutset, the agent's two and the services")
        run.send_signal(number)
        self.assertEqual(run.wait(harness.LONGEST_SECONDS), 3)
        self.assert_nothing_left()
        before = [result["run"] for result in harness.results(self.records())]
        self.assertIsNotNone(journal.last(self.records(), "end"))
        self.assert_exit(self.cutset("report", self.state), 0)
        self.assert_exit(self.cutset("run", PACED, "--state", self.state, "--resume"), 1)
        self.assert_is_complete(before)

    def test_ctrl_c(self):
        self.interrupt_and_resume(signal.SIGINT, 10)

    def test_ctrl_c_in_the_fault_free_runs(self):
        self.interrupt_and_resume(signal.SIGINT, 1)

    def test_sigterm(self):
        self.interrupt_and_resume(signal.SIGTERM, 5)

    def test_ctrl_c_while_services_start(self):
        late = harness.HERE / "late_standby/cutset.yaml"
        run = self.start("run", late, "--state", self.state)
        deadline = time.monotonic() + harness.LONGEST_SECONDS
        while len(self.processes()) < 5:
            self.assertIsNone(run.poll())
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        self.assertEqual(run.wait(harness.LONGEST_SECONDS), 3)
        self.assert_nothing_left()
        self.assertEqual(harness.results(self.records()), [])
        self.assert_exit(self.cutset("run", late, "--state", self.state, "--resume"), 1)
        self.assertEqual(harness.call_sets(self.records()), harness.expected_sets("9-fallback")[0])

    def test_a_second_campaign_starts_anew(self):
        self.assert_exit(self.cutset("run", PACED, "--state", self.state, "--max-experiments", 1), 3)
        self.assert_exit(self.cutset("run", PACED, "--state", self.state), 1)
        self.assert_is_complete([])

    def test_nothing_to_resume(self):
        done = self.cutset("run", PACED, "--state", self.state, "--resume")
        self.assert_exit(done, 65)
        self.assertIn("journal.jsonl", done.stderr)


if __name__ == "__main__":
    harness.main()
