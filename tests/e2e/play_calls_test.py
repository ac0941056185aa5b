"""Schedules whose moments are calls: a call is held until its fault is in place, exactly at the planned one. And a
configuration that says no more than how to start the system."""
import json
import shutil

import harness

CALLED = harness.HERE / "called"
NTH = 3  # in the schedule


class PlayCalls(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.place = self.folder / "called"
        shutil.copytree(CALLED, self.place)

    def test_the_fault_is_at_exactly_the_planned_call(self):
        record = self.folder / "record"
        done = self.cutset("play", self.place / "schedule.yml", "--record", record, "--json")
        self.assert_exit(done, 0)
        self.assert_nothing_left()
        actions = {action["id"]: action for action in json.loads(done.stdout)["actions"]}
        for name in ("third-call/at-call/0/kill", "third-answer/after-answer/0/kill", "armed/at-span/0/crash"):
            self.assertEqual(actions[name]["fate"], "fired", actions[name])
        crash = actions["armed/at-span/0/crash"]
        self.assertGreaterEqual(crash["undone_utc_ns"] - crash["fired_utc_ns"], 0.99e9, "started again a second after")

        did, answered = {}, {}
        for line in (record / "logs.jsonl").read_text().splitlines():
            entry = json.loads(line)
            words, instance = entry.get("line", "").split(), entry["instance"].split("/")[0]
            if words[:1] == ["did"]:
                did.setdefault(instance, []).append(int(words[1]))
            elif instance == "client" and len(words) == 3:
                answered.setdefault(words[0], {})[int(words[1])] = words[2]
        before = list(range(1, NTH))

        # when: call. Killed before it saw the call.
        self.assertEqual(did["at-call"], before)
        self.assertEqual({answered["at-call"][number] for number in answered["at-call"] if number >= NTH}, {"failed"})
        # when: span with edge: end. It did what it was asked for, and nothing after.
        self.assertEqual(did["after-answer"], [*before, NTH])
        self.assertEqual({answered["after-answer"][number] for number in answered["after-answer"] if number > NTH},
                         {"failed"})
        # crash: at: span. As the call, and another process goes on a second later.
        self.assertEqual(did["at-span"][:len(before)], before)
        self.assertNotIn(NTH, did["at-span"])
        self.assertEqual(answered["at-span"][NTH], "failed")
        self.assertGreater(len(did["at-span"]), len(before), "calls pass again")
        later = max(number for number, answer in answered["at-span"].items() if answer != "failed")
        self.assertNotEqual(answered["at-span"][later], answered["at-span"][1])
        for name, answers in answered.items():
            self.assertNotIn("failed", [answers[number] for number in before], name)

    def test_a_configuration_that_is_only_played(self):
        config = self.place / "cutset.yaml"
        done = self.cutset("lint", config, self.place / "schedule.yml")
        self.assert_exit(done, 0)
        self.assertIn("only played", done.stdout)
        done = self.cutset("run", config)
        self.assert_exit(done, 65)
        self.assertIn('the key "workload" is missing', done.stderr)


if __name__ == "__main__":
    harness.main()
