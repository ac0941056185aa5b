"""Schedules in which calls fail by their operation and number: a person's workload is curl, and its calls carry no mark."""
import json
import os
import shutil

import harness

FAILING = harness.HERE / "failing"
FROM_OTHER = """environment: {fdsl: 2}
events:
  - beginning: {stock: 1, client: 0, other: 0}
  - moment:
      time: 0
      services:
        stock: [fault: {target: {specific: [0]}, request: {from: other, operation: "POST /reserve", nth: 2, action: error, status: 503}}]
  - moment: {time: 1, services: {client: [start: {amount: 1}], other: [start: {amount: 1}]}}
  - end: 6
"""
NEVER = '  - moment: {time: 1, services: {stock: [fault: {target: {specific: [0]}, request: {operation: "DELETE /", action: refuse}}]}}\n'


class PlayRequests(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        self.place = self.folder / "failing"
        shutil.copytree(FAILING, self.place)

    def play(self, *arguments):
        """Actions by their name, the client's calls by theirs, and what the service did."""
        record = self.folder / "record"
        done = self.cutset("play", self.place / "schedule.yml", "--record", record, "--json", *arguments)
        self.assert_nothing_left()
        calls, did = {}, []
        for line in (record / "logs.jsonl").read_text().splitlines():
            entry = json.loads(line)
            words = entry.get("line", "").split()
            if entry["instance"] == "stock/0" and words[:1] == ["did"]:
                did.append(words[1])
            elif entry["instance"] == "client/0" and len(words) == 3:
                calls[words[0]] = (int(words[1]), float(words[2]))
        return done, {action["id"]: action for action in json.loads(done.stdout)["actions"]}, calls, did

    def test_each_call_fails_as_planned_and_no_other(self):
        done, actions, calls, did = self.play()
        self.assert_exit(done, 0)

        def statuses(name):
            return [calls[f"{name}-{number}"][0] for number in (1, 2, 3)]

        self.assertEqual(statuses("early"), [200, 503, 200])
        self.assertEqual(did.count("/reserve"), 2, "the service never saw the second one")
        self.assertEqual(statuses("items"), [200, 200, 200])
        self.assertGreaterEqual(calls["items-2"][1], 0.69)
        self.assertLess(max(calls["items-1"][1], calls["items-3"][1]), 0.69)
        self.assertEqual(statuses("late"), [500, 500, 200])
        self.assertEqual(did.count("/late"), 3, "error_after: it did its work")
        # The call that begins the moment is held until the fault is there, and is its first.
        self.assertEqual(statuses("seen"), [200, 0, 200])

        fired = {name: (action["fate"], action["fired_on"], action["hits"]) for name, action in actions.items() if action["what"] == "request"}
        self.assertEqual(fired, {
            "begin/stock/0/request": ("fired", "call 2 of stock, POST /reserve: error(503)", 1),
            "begin/stock/0/request#2": ("fired", "call 2 of stock, GET /items/2: delay(700ms)", 1),
            "later/stock/0/request": ("fired", "call 1 of stock, POST /late: error_after(500)", 2),
            "when-seen/stock/0/request": ("fired", "call 1 of stock, POST /seen: refuse", 1),
        })
        for name in fired:
            action = actions[name]
            self.assertIsNotNone(action["undone_utc_ns"], name)
            self.assertGreater(action["undone_utc_ns"], action["fired_utc_ns"], name)

    def test_calls_from_one_caller_only(self):
        if os.geteuid() != 0 or shutil.which("ip") is None:
            self.skipTest("not run: namespaces are made by root with the program ip")
        config, schedule = self.place / "cutset.yaml", self.place / "schedule.yml"
        text = config.read_text()
        config.write_text(text + text[text.index("  client:"):].replace("client:", "other:"))
        schedule.write_text(FROM_OTHER)
        done, actions, calls, _ = self.play("--hosts", "namespaces:a,b,c", "--place", "stock=a", "--place", "client=b",
                                            "--place", "other=c")
        self.assert_exit(done, 0)
        self.assertEqual([calls[f"early-{number}"][0] for number in (1, 2, 3)], [200, 200, 200])
        fired_on = actions["m1/stock/0/request"]["fired_on"]
        self.assertEqual(fired_on, "call 2 of stock, POST /reserve, from other: error(503)")

    def test_a_call_that_never_comes(self):
        schedule = self.place / "schedule.yml"
        text = schedule.read_text()
        schedule.write_text(text[:text.index("  - moment:")] + NEVER + "  - end: 2\n")
        done, actions, _, _ = self.play()
        self.assert_exit(done, 2)
        action = actions["m1/stock/0/request"]
        self.assertEqual(action["fate"], "not_reached")
        self.assertEqual(action["error"], "call 1 of stock, DELETE / did not come: none came")
        self.assertIsNotNone(action["undone_utc_ns"])

    def test_dry_run_prints_the_exact_action(self):
        done = self.cutset("play", self.place / "schedule.yml", "--dry-run")
        self.assert_exit(done, 0)
        self.assertIn('request { callee: "stock" signature: "POST /reserve" nth: 2 count: 1 action: "error" status: 503 }',
                      done.stdout)


if __name__ == "__main__":
    harness.main()
