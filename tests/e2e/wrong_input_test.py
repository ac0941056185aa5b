"""Wrong input of every kind (the cases of scripts/acceptance), and callees that do not speak HTTP or never end."""
import json

import harness
import journal
from acceptance_steps import wrong_input

STRANGE = f"""cutset: 1
name: strange-callee
services:
  caller:
    command: [node, "{harness.HERE}/strange_callee.js"]
    environment: {{PORT: "${{self.port}}", CALLEE_URL: "http://${{services.callee.address}}/"}}
    ready: {{http: /health}}
  callee:
    command: [python3, peer.py, KIND]
    environment: {{PORT: "${{self.port}}", OTLP: "${{otlp.address}}"}}
    ready: {{http: /health}}
workload:
  http: {{service: caller, path: /}}
  within: 5s
outcomes:
  - name: answered by default
    answer: {{body_matches: "^default$"}}
budget: {{faults: 1}}
faults: {{modes: [error(503), refuse]}}
traces: {{await: 0s}}
"""


class WrongInput(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        (self.folder / "peer.py").write_text(wrong_input.PEER)

    def assert_no_complaint(self, done):
        for word in wrong_input.COMPLAINTS:
            self.assertNotIn(word, done.stdout + done.stderr)

    def test_the_cases_of_acceptance(self):
        for what, file, text, arguments, codes, parts in wrong_input.CASES:
            with self.subTest(what):
                (self.folder / file).write_text(text)
                done = self.cutset(*arguments)
                self.assertIn(done.returncode, codes, done.stderr)
                for part in parts:
                    self.assertIn(part, done.stdout + done.stderr)
                self.assert_no_complaint(done)
                self.assert_nothing_left()

    def test_a_callee_that_sends_nonsense_does_not_end_the_campaign(self):
        for kind in ("garbage", "endless", "headers"):
            with self.subTest(kind):
                (self.folder / "cutset.yaml").write_text(STRANGE.replace("KIND", kind))
                done = self.cutset("run", "--state", self.folder / kind)
                self.assert_exit(done, 0)
                end = journal.last(self.records(self.folder / kind), "end")
                self.assertEqual((end["status"], end["candidates"], end["inconclusive"]), ("exhausted", 1, 0))
                self.assert_no_complaint(done)
                self.assert_nothing_left()

    def test_suggestions(self):
        for arguments, suggested in ((["rum"], '"run"'), (["reprot", "x"], '"report"')):
            done = self.cutset(*arguments)
            self.assert_exit(done, 64)
            self.assertIn(f"did you mean {suggested}", done.stderr)

    def test_unknown_options_and_values(self):
        for arguments in (["run", "--max-experiments", "many"], ["run", "--no-such-option"], ["replay"], ["report", "--format", "pdf"]):
            done = self.cutset(*arguments)
            self.assert_exit(done, 64)
            self.assertNotEqual(done.stderr, "")

    def test_a_missing_file_is_named(self):
        for arguments in (["run", "absent.yaml"], ["replay", "absent.yaml"], ["report", "absent"], ["lint", "absent.yaml"]):
            done = self.cutset(*arguments)
            self.assert_exit(done, 65)
            self.assertIn("absent", done.stdout + done.stderr)

    def test_json_also_on_failure(self):
        (self.folder / "c.yaml").write_text(wrong_input.config(extra="buget: 1\n"))
        done = self.cutset("--json", "run", "c.yaml")
        self.assert_exit(done, 65)
        told = json.loads(done.stdout)
        self.assertEqual((told["exit_code"], told["error"]["file"], told["error"]["line"], told["error"]["column"]),
                         (65, "c.yaml", 17, 1))


if __name__ == "__main__":
    harness.main()
