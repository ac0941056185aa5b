"""scripts/journal.py: findings against what an example expects."""
import json
import pathlib
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "scripts"))
import journal  # noqa: E402


def finding(*faults, outcome="right total", kind="finding", status="confirmed"):
    return {
        "type": "finding",
        "kind": kind,
        "status": status,
        "faults": [{"event": event, "mode": mode, "alternatives": more} for event, mode, *more in faults],
        "outcomes": [{"name": outcome}],
    }


EXPECTED = {
    "findings": [
        {"bug": "f", "outcome": "right total", "faults": [{"event": "tax#1", "modes": ["refuse", "delay"]}]},
        {
            "bug": "b",
            "outcome": "right total",
            "faults": [{"event": "a#1", "modes": ["refuse"]}, {"event": "b#1", "modes": ["refuse"]}],
        },
    ]
}
TAX = finding(("tax#1", "refuse"))
PAIR = finding(("b#1", "refuse"), ("a#1", "refuse"))


class Differences(unittest.TestCase):
    def differ(self, *records):
        return journal.differences(journal.findings(records), EXPECTED)

    def test_exactly_what_is_expected(self):
        self.assertEqual(self.differ(TAX, finding(("tax#1", "delay(500ms)")), PAIR), [])

    def test_accepted_and_flaky_do_not_count(self):
        others = [finding(("x#1", "refuse"), kind="accepted"), finding(("x#1", "refuse"), status="flaky")]
        self.assertEqual(self.differ(TAX, PAIR, *others), [])

    def test_missing(self):
        self.assertEqual(self.differ(TAX), ["bug b was not found: a#1, b#1"])

    def test_unexpected(self):
        self.assertIn("not expected: refuse on x#1", self.differ(TAX, PAIR, finding(("x#1", "refuse")))[0])

    def test_superset_is_another_finding(self):
        self.assertEqual(len(self.differ(TAX, finding(("a#1", "refuse"), ("b#1", "refuse"), ("c#1", "refuse")))), 2)

    def test_other_mode(self):
        self.assertIn("error(500) on tax#1", self.differ(finding(("tax#1", "refuse", "error(500)")), PAIR)[0])

    def test_other_outcome(self):
        self.assertIn("bug f broke", self.differ(finding(("tax#1", "refuse"), outcome="confirmed"), PAIR)[0])


class Read(unittest.TestCase):
    def test_a_cut_off_line_is_left_out(self):
        with tempfile.NamedTemporaryFile("w", suffix=".jsonl") as file:
            file.write(json.dumps(TAX) + '\n{"type": "fin')
            file.flush()
            self.assertEqual(journal.read(file.name), [TAX])

    def test_signature_tells_campaigns_apart(self):
        end = {"type": "end", "experiments": 3, "runs": 5, "counts": {"held": 2}}
        more = {**end, "experiments": 4}
        self.assertEqual(journal.signature([TAX, end]), journal.signature([TAX, end]))
        self.assertNotEqual(journal.signature([TAX, end]), journal.signature([TAX, more]))
        self.assertNotEqual(journal.signature([TAX, end]), journal.signature([PAIR, end]))


if __name__ == "__main__":
    unittest.main()
