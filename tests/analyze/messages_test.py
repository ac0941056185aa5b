"""Recordings of messages: text, JSON, page, one write, and what is refused."""
import json
import pathlib
import subprocess

import harness

RECORDINGS = pathlib.Path(__file__).resolve().parents[2] / "traces" / "messages"


class Messages(harness.AnalyzeTest):
    def run_cutset(self, *words, code=0):
        done = subprocess.run([harness.arguments["cutset"], *map(str, words)], capture_output=True, timeout=60)
        self.assertEqual(done.returncode, code, done.stderr.decode())
        return done.stdout.decode(), done.stderr.decode()

    def test_each_recording_gives_what_stands_beside_it(self):
        names = sorted(RECORDINGS.glob("*.json"))
        self.assertGreaterEqual(len(names), 4)
        for path in names:
            text, errors = self.run_cutset("analyze", "--messages", path)
            self.assertEqual(text, path.with_suffix(".txt").read_text())
            self.assertEqual(errors, "")

    def test_json_says_what_the_text_says(self):
        text, _ = self.run_cutset("--json", "analyze", "--messages", RECORDINGS / "redis-isolate.json")
        found = json.loads(text)
        self.assertEqual(found["format"], "cutset-messages-analysis/1")
        self.assertEqual((found["writes"]["lost"], found["writes"]["acknowledged"]), (8, 31))
        self.assertEqual([one["node"] for one in found["leaders"]], ["a", "b"])
        self.assertNotIn("write", found)

    def test_one_write_is_told_and_drawn(self):
        page = self.folder / "page.html"
        text, _ = self.run_cutset(
            "analyze", "--messages", RECORDINGS / "redis-isolate.json", "--write", "cst-00020", "--html", page
        )
        self.assertIn("write cst-00020, time from the first fault\n", text)
        self.assertIn("fatal: the last copy, on a, is replaced by what b has", text)
        self.assertIn("clients write cst-00020", page.read_text())

    def test_what_is_wrong_is_said(self):
        recording = RECORDINGS / "redis-isolate.json"
        _, errors = self.run_cutset("analyze", "--messages", recording, "--write", "nothing", code=65)
        self.assertIn('redis-isolate.json: no write "nothing" that was acknowledged; one is "cst-', errors)
        broken = self.folder / "broken.json"
        broken.write_text(recording.read_text()[:5000])
        _, errors = self.run_cutset("analyze", "--messages", broken, code=65)
        self.assertIn("broken.json", errors)
        self.run_cutset("analyze", "--messages", self.folder / "missing.json", code=64)
        self.run_cutset("analyze", "--messages", recording, recording, code=64)
        self.run_cutset("analyze", "--write", "cst-00020", recording, code=64)


if __name__ == "__main__":
    harness.main()
