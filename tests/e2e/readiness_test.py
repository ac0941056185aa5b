"""Every service is awaited before the first run; one that never becomes ready is named, with the end of its log."""
import harness
import journal


class Readiness(harness.EndToEnd):
    def test_a_service_that_never_becomes_ready(self):
        done = self.cutset("run", harness.HERE / "never_ready/cutset.yaml", "--state", self.state)
        self.assert_exit(done, 2)
        self.assertIn("service simple: not ready within 1s", done.stderr)
        self.assertIn("waiting for a friend", done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        self.assertEqual(harness.results(self.records()), [])
        self.assert_nothing_left()

    def test_a_standby_that_listens_late_makes_no_false_finding(self):
        done = self.cutset("run", harness.HERE / "late_standby/cutset.yaml", "--state", self.state)
        self.assert_exit(done, 1)
        records = self.records()
        self.assertEqual(harness.call_sets(records), harness.expected_sets("9-fallback")[0])
        self.assertEqual(journal.last(records, "end")["inconclusive"], 0)


if __name__ == "__main__":
    harness.main()
