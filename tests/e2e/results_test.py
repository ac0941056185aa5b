"""What a campaign leaves behind can be used: replay, report in every format, lint; and the limits of a campaign."""
import json
import xml.etree.ElementTree

import harness
import journal

ABORT = harness.SHAPES / "1-abort/cutset.yaml"
DEFAULTS = harness.SHAPES / "5-defaults/cutset.yaml"
FORMATS = ("text", "json", "junit", "html", "dot")


class Results(harness.EndToEnd):
    def campaign(self):
        self.assert_exit(self.cutset("run", ABORT, "--state", self.state), 1)
        files = sorted((self.state / "findings").glob("finding-*.yaml"))
        self.assertEqual(len(files), 2)
        return files

    def replay(self, file, *options):
        return self.cutset("replay", file, "--config", ABORT, "--state", self.folder / "replays", *options)

    def test_replay_of_findings(self):
        for file in self.campaign():
            done = self.replay(file)
            self.assert_exit(done, 1)
            self.assertIn("reproduced 3 of 3", done.stdout)
        self.assert_nothing_left()

    def test_replay_as_json(self):
        done = self.replay(self.campaign()[0], "--times", 2, "--json")
        self.assert_exit(done, 1)
        told = json.loads(done.stdout)
        self.assertEqual((told["exit_code"], told["reproduced"], told["not_fired"]), (1, {"k": 2, "n": 2}, 0))

    def test_replay_of_a_call_that_is_not_made(self):
        text = self.campaign()[0].read_text()
        self.assertIn("c:GET /#1", text)
        other = self.folder / "other.yaml"
        other.write_text(text.replace("c:GET /#1", "c:GET /#7"))
        done = self.replay(other)
        self.assert_exit(done, 2)
        self.assertIn("did not fire: error(500) on a:GET /#1 > c:GET /#7", done.stdout)

    def test_known_findings_are_tried_again_first(self):
        self.campaign()
        first = self.records()
        self.assert_exit(self.cutset("run", ABORT, "--state", self.state), 1)
        again = self.records()
        purposes = [result["purpose"] for result in harness.results(again)]
        self.assertIn("known", purposes)
        self.assertLess(purposes.index("known"), purposes.index("explore"))
        self.assertEqual(harness.call_sets(again), harness.call_sets(first))

    def test_report_in_every_format(self):
        self.campaign()
        texts = {}
        for name in FORMATS:
            done = self.cutset("report", self.state / "journal.jsonl", "--format", name)
            self.assert_exit(done, 0)
            self.assertEqual(done.stderr, "")
            texts[name] = done.stdout
        self.assertIn("2 findings", texts["text"])
        told = json.loads(texts["json"])
        self.assertEqual((told["exit_code"], len(told["findings"])), (1, 2))
        suites = xml.etree.ElementTree.fromstring(texts["junit"])
        self.assertGreaterEqual(len(suites.findall(".//testcase")), 9)
        self.assertGreaterEqual(len(suites.findall(".//failure")), 2)
        self.assertIn("<svg", texts["html"])
        self.assertNotIn("src=\"http", texts["html"], "the page is complete in itself")
        self.assertTrue(texts["dot"].startswith("digraph"))

    def test_report_to_a_file_and_during_the_run(self):
        done = self.cutset("run", ABORT, "--state", self.state, "--report", "junit=cutset.xml", "--report", "dot=cutset.dot")
        self.assert_exit(done, 1)
        for name, file in (("junit", "cutset.xml"), ("dot", "cutset.dot")):
            self.assert_exit(self.cutset("report", self.state, "--format", name, "-o", "later"), 0)
            self.assertEqual((self.folder / file).read_text(), (self.folder / "later").read_text())

    def test_a_wrong_report_is_refused_before_anything_starts(self):
        for wrong in ("junit", "pdf=x.pdf"):
            done = self.cutset("run", ABORT, "--state", self.state, "--report", wrong)
            self.assert_exit(done, 64)
            self.assertIn(wrong.split("=")[0], done.stderr)
            self.assertFalse(self.state.exists(), "a whole campaign ran first")

    def test_lint(self):
        done = self.cutset("lint", ABORT, *self.campaign(), *(self.state / "schedules").iterdir())
        self.assert_exit(done, 0)

    def test_max_experiments(self):
        done = self.cutset("run", DEFAULTS, "--state", self.state, "--max-experiments", 3)
        self.assert_exit(done, 3)
        end = journal.last(self.records(), "end")
        self.assertEqual((end["status"], end["experiments"], end["exit_code"]), ("stopped", 3, 3))
        self.assert_nothing_left()

    def test_a_violation_counts_before_a_limit(self):
        self.assert_exit(self.cutset("run", ABORT, "--state", self.state, "--max-experiments", 3), 1)
        self.assertEqual(journal.last(self.records(), "end")["status"], "stopped")

    def test_time_limit(self):
        done = self.cutset("run", harness.HERE / "paced/cutset.yaml", "--state", self.state, "--time-limit", "300ms")
        self.assert_exit(done, 3)
        self.assertEqual(journal.last(self.records(), "end")["status"], "stopped")

    def test_dry_run_starts_nothing(self):
        config = self.folder / "cutset.yaml"
        config.write_text("""cutset: 1
name: dry
services:
  one:
    command: [sh, -c, "touch started; sleep 60"]
    ready: {tcp: true}
workload:
  http: {service: one, path: /}
outcomes:
  - name: answered
    answer: {status: 200}
""")
        done = self.cutset("run", config, "--dry-run")
        self.assert_exit(done, 0)
        self.assertIn("touch started", done.stdout)
        self.assertEqual(sorted(entry.name for entry in self.folder.iterdir()), ["cutset.yaml", "run"])
        self.assertEqual(list(self.runtime.iterdir()), [])


if __name__ == "__main__":
    harness.main()
