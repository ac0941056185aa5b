"""The nine shapes as live services: the same minimal sets as exhaustive search, with no more experiments than allowed."""
import json

import harness
import journal


class Shapes(harness.EndToEnd):
    def test_every_shape(self):
        names = list(json.loads((harness.SHAPES / "expected.json").read_text())["shapes"])
        self.assertEqual(len(names), 9)
        for name in names:
            with self.subTest(shape=name):
                self.one_shape(name)

    def one_shape(self, name):
        sets, most = harness.expected_sets(name)
        state = self.folder / name
        done = self.cutset("--json", "run", harness.SHAPES / name / "cutset.yaml", "--state", state)
        self.assert_exit(done, 1 if sets else 0)
        told = json.loads(done.stdout)
        self.assertEqual(told["schema_version"], 1)
        records = self.records(state)
        end = journal.last(records, "end")
        self.assertEqual(end["status"], "exhausted")
        self.assertEqual(harness.call_sets(records), sets)
        self.assertEqual(sorted(map(list, journal.findings(records))), sets)
        self.assertGreater(end["experiments"], 0)
        self.assertLessEqual(end["experiments"], most)
        for finding in end["findings"]:
            self.assertEqual(finding["reproduced"], {"k": 3, "n": 3})
        files = list((state / "findings").glob("finding-*.yaml"))
        self.assertEqual(len(files), len(sets))
        self.assert_nothing_left()
        self.proof_is_accepted(state, end)

    def proof_is_accepted(self, state, end):
        """What the end says can be checked, and is refused for another graph."""
        graph, proof = state / "final-graph.dag", state / "final-graph.cert"
        self.assertEqual(end["proof"]["verify"], f"cutset verify {proof} {graph} --journal {state}/journal.jsonl")
        self.assertIn(end["proof"]["verify"], end["statement"])
        self.assert_exit(self.cutset("verify", proof, graph, "--journal", state / "journal.jsonl"), 0)
        shorter = state / "shorter.jsonl"
        shorter.write_text("".join(line for line in (state / "journal.jsonl").read_text().splitlines(keepends=True) if '"result"' not in line))
        self.assert_exit(self.cutset("verify", proof, graph, "--journal", shorter), 1)
        text = graph.read_text().splitlines(keepends=True)
        (state / "other.dag").write_text("".join(text[:-1]).replace(" a ", " o ", 1) + text[-1])
        self.assertNotEqual(self.cutset("verify", proof, state / "other.dag").returncode, 0)


if __name__ == "__main__":
    harness.main()
