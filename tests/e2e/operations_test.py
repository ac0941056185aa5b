"""A workload of operations, whose history is judged: the put that is acknowledged and lost is found."""
import json

import harness


class Operations(harness.EndToEnd):
    def test_the_lost_write_is_found(self):
        config = harness.HERE / "forgetful" / "cutset.yaml"
        done = self.cutset("run", config, "--state", self.state, "--quiet")
        self.assert_exit(done, 1)
        found = harness.call_sets(self.records())
        # The first request of a run is its entry call; the calls below it are what can be faulted.
        self.assertEqual(len(found), 1, found)
        self.assertEqual(len(found[0]), 1)
        self.assertIn("/put", found[0][0])
        verdicts = set()
        for history in sorted((self.state / "histories").glob("r*.jsonl")):
            judged = self.cutset("--json", "judge", history, "--outcome", "acknowledged-writes")
            verdicts.add(json.loads(judged.stdout)["outcomes"][0]["verdict"])
        self.assertEqual(verdicts, {"held", "violated"})
        self.assert_nothing_left()

    def test_dry_run_says_what_the_workload_is(self):
        done = self.cutset("run", harness.HERE / "forgetful" / "cutset.yaml", "--dry-run")
        self.assert_exit(done, 0)
        self.assertIn("operations of 1 clients (1 write), seed 3, 2 in all\n", done.stdout)
        self.assertIn("writes survive: acknowledged-writes\n", done.stdout)


if __name__ == "__main__":
    harness.main()
