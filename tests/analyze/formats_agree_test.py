"""The recording of the bookshop gives the same analysis in every format that can say the same; the others lose only
what they cannot say. Order, splits and repeats of the input change nothing."""
import copy
import json
import random
import subprocess

import harness

SAME = ["otlp-tempo-batches.json", "otlp-base64.json", "otlp-enum-names.json.gz", "otlp.binpb.gz", "otlp-framed.binpb.zst",
        "jaeger.json.gz"]  # fmt: skip
SEEDS = range(1, 9)


def graphs(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class FormatsAgree(harness.AnalyzeTest):
    def graphs_of(self, *files, name):
        done = self.cutset("analyze", "--quiet", "--graphs", self.folder / name, *files)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return graphs(self.folder / name)

    def calls_of(self, file):
        analysis = self.analyze(harness.BOOKSHOP / file)
        return {call["id"] for found in analysis["classes"] for call in found["calls"]}

    def test_formats_with_the_same_content_give_the_same_analysis(self):
        expected = self.without_inputs(self.analyze(harness.BOOKSHOP / "otlp.json"))
        self.assertEqual(expected["classes"][0]["name"], "gateway POST /orders")
        for file in SAME:
            with self.subTest(file):
                self.assertEqual(self.without_inputs(self.analyze(harness.BOOKSHOP / file)), expected)

    def test_zipkin_gives_the_same_calls(self):
        expected = self.calls_of("otlp.json")
        for file in ("zipkin-v2.json.gz", "zipkin-v2-lists.json.gz", "zipkin-v2-shared.json", "zipkin-v1.json.gz"):
            with self.subTest(file):
                self.assertEqual(self.calls_of(file), expected)

    def test_formats_without_status_give_the_calls_of_the_runs_without_failures(self):
        for file in ("nezha.csv", "alibaba-v2021.csv", "alibaba-v2022.csv", "prov.json.gz"):
            with self.subTest(file):
                calls = self.calls_of(file)
                for callee in ("customers", "catalog", "stock", "risk", "tax", "payment", "shipping"):
                    self.assertTrue(any(f"> {callee}:" in call for call in calls), callee)

    def test_the_whole_recording_has_one_kind_of_request(self):
        analysis = self.analyze(harness.BOOKSHOP / "otlp.jsonl.zst")
        self.assertEqual([(c["name"], c["runs"], c["failed"]) for c in analysis["classes"]], [("gateway POST /orders", 35, 0)])

    def test_standard_input(self):
        whole = (harness.BOOKSHOP / "otlp.jsonl.zst").read_bytes()
        expected = self.without_inputs(self.analyze(harness.BOOKSHOP / "otlp.jsonl.zst"))
        self.assertEqual(self.without_inputs(self.analyze("-", stdin=whole)), expected)

    def test_order_splits_and_repeats_change_nothing(self):
        packed = (harness.BOOKSHOP / "otlp.jsonl.zst").read_bytes()
        lines = subprocess.run(["zstd", "-dc"], input=packed, capture_output=True, check=True).stdout.decode().splitlines()
        whole = self.folder / "whole.jsonl"
        whole.write_text("\n".join(lines))
        expected = self.graphs_of(whole, name="expected")
        self.assertTrue(expected)
        for seed in SEEDS:
            with self.subTest(seed=seed):
                place = self.folder / f"input-{seed}"
                place.mkdir()
                self.write_shuffled(lines, random.Random(seed), place)
                self.assertEqual(self.graphs_of(place, name=f"graphs-{seed}"), expected)

    def test_spans_on_disk_give_the_same_graphs(self):
        whole = harness.BOOKSHOP / "otlp.jsonl.zst"
        self.assertEqual(
            self.graphs_of("--memory", "1KiB", whole, name="small"), self.graphs_of(whole, name="large")
        )

    def write_shuffled(self, lines, choice, place):
        """Spans alone or in groups, in any order and in any file, some of them twice."""
        parts = []
        for line in lines:
            for resource in json.loads(line)["resourceSpans"]:
                for span in [span for scope in resource["scopeSpans"] for span in scope["spans"]]:
                    part = copy.deepcopy({"resource": resource["resource"], "scopeSpans": [{"spans": [span]}]})
                    parts += [part] * (2 if choice.random() < 0.1 else 1)
        choice.shuffle(parts)
        files = choice.randint(1, 4)
        for number in range(files):
            mine = parts[number::files]
            size = choice.randint(1, 40)
            batches = [mine[at : at + size] for at in range(0, len(mine), size)]
            text = "\n".join(json.dumps({"resourceSpans": batch}) for batch in batches)
            (place / f"{choice.randint(0, 10**9)}.jsonl").write_text(text + "\n")


if __name__ == "__main__":
    harness.main()
