"""What `cutset analyze` and `cutset diff` say of the bookshop's recording, and the files that they write."""
import json
import subprocess

import harness

WHOLE = harness.BOOKSHOP / "otlp.jsonl.zst"


class Results(harness.AnalyzeTest):
    def lines(self):
        packed = WHOLE.read_bytes()
        return subprocess.run(["zstd", "-dc"], input=packed, capture_output=True, check=True).stdout.decode().splitlines()

    def split(self):
        """The runs without and with failures, as two files."""
        failed, spans = set(), []
        for line in self.lines():
            for resource in json.loads(line)["resourceSpans"]:
                for span in [span for scope in resource["scopeSpans"] for span in scope["spans"]]:
                    spans.append((span["traceId"], {"resource": resource["resource"], "scopeSpans": [{"spans": [span]}]}))
                    if span["status"]["code"] == 2:
                        failed.add(span["traceId"])
        good, bad = self.folder / "good.json", self.folder / "bad.json"
        good.write_text(json.dumps({"resourceSpans": [part for trace, part in spans if trace not in failed]}))
        bad.write_text(json.dumps({"resourceSpans": [part for trace, part in spans if trace in failed]}))
        return good, bad

    def test_what_is_redundant_and_what_is_not(self):
        found = self.analyze(WHOLE)["classes"][0]
        words = {call["id"].split(" > ")[-1]: call for call in found["calls"]}
        for redundant in ("store:GET /profiles/:id#1", "replica:GET /profiles/:id#1", "store:GET /prices#1", "north:GET /stock#1"):
            self.assertTrue(words[redundant]["redundant"], redundant)
            self.assertFalse(words[redundant]["single_point"], redundant)
        for single in ("customers:GET /customers/:id#1", "tax:GET /rates#1", "carrier:GET /quotes#1"):
            self.assertTrue(words[single]["single_point"], single)
        pairs = [tuple(id.split(" > ")[-1] for id in cut["calls"]) for cut in found["cuts"] if len(cut["calls"]) == 2]
        self.assertEqual(
            sorted(map(sorted, pairs)),
            [["replica:GET /prices#1", "store:GET /prices#1"], ["replica:GET /profiles/:id#1", "store:GET /profiles/:id#1"]],
        )

    def test_schedules_are_valid_and_one_for_each_combination(self):
        analysis = self.analyze(WHOLE, "--schedules", self.folder / "try")
        schedules = [cut["schedule"] for found in analysis["classes"] for cut in found["cuts"]]
        self.assertEqual(len(set(schedules)), len(schedules))
        self.assertGreater(len(schedules), 10)
        for schedule in schedules:
            done = self.cutset("lint", schedule)
            self.assertEqual(done.returncode, 0, done.stderr.decode())

    def test_schedules_of_before_are_named(self):
        old = self.folder / "try/07-of-before"
        old.mkdir(parents=True)
        (old / "cut-01.yml").write_text("")
        done = self.cutset("analyze", WHOLE, "--schedules", self.folder / "try")
        self.assertEqual(done.returncode, 0)
        self.assertIn("1 schedule left from before", done.stderr.decode())

    def made(self, name, spans):
        """An OTLP file of one service; spans: (trace, id, parent, operation, service)."""
        parts = [
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": service}}]},
                "scopeSpans": [{"spans": [{
                    "traceId": f"{trace:032x}", "spanId": f"{id:016x}", "parentSpanId": f"{parent:016x}" if parent else "",
                    "name": operation, "kind": 2, "startTimeUnixNano": str(1_000_000 + id), "endTimeUnixNano": str(9_000_000 - id),
                }]}],
            }
            for trace, id, parent, operation, service in spans
        ]
        path = self.folder / name
        path.write_text(json.dumps({"resourceSpans": parts}))
        return path

    def test_files_that_share_ids_are_told(self):
        one = self.made("one.json", [(1, 1, 0, "GET /a", "front")])
        other = self.made("other.json", [(1, 1, 0, "GET /b", "front")])
        notes = " ".join(self.analyze(one, other)["unused"])
        self.assertIn("1 span with the id of another span", notes)
        self.assertEqual(self.analyze(one, one)["unused"], [])

    def test_kinds_of_one_entry_say_how_they_differ(self):
        first = [(1, 1, 0, "GET /a", "front"), (1, 2, 1, "GET /b", "back")]
        file = self.made("kinds.json", first + [(2, 1, 0, "GET /a", "front"), (3, 1, 0, "GET /a", "front")])
        classes = self.analyze(file)["classes"]
        self.assertEqual(len(classes), 2)
        self.assertIn(f'Unlike "{classes[0]["name"]}", it', " ".join(classes[1]["notes"]))

    def test_graphs(self):
        self.assertEqual(self.cutset("analyze", WHOLE, "--graphs", self.folder / "graphs").returncode, 0)
        place = self.folder / "graphs/01-gateway-post-orders"
        self.assertTrue((place / "graph.dag").read_text().startswith("c {"))
        graph = json.loads((place / "graph.json").read_text())
        self.assertEqual(graph["format"], "cutset-dag/1")
        self.assertTrue((place / "graph.dot").read_text().startswith("digraph"))
        self.assertIn("activity", json.loads((place / "graph.prov.json").read_text()))
        # What is written can be read: the provenance is a trace file too.
        self.assertEqual(self.cutset("analyze", place / "graph.prov.json").returncode, 0)

    def test_html_is_one_file_that_needs_no_network(self):
        self.assertEqual(self.cutset("analyze", WHOLE, "--html", self.folder / "page.html").returncode, 0)
        page = (self.folder / "page.html").read_text()
        for word in ("http://", "https://", "src=", "@import"):
            self.assertNotIn(word, page.replace("http://www.w3.org/", ""))
        self.assertIn("GET /profiles/:id", page)

    def test_text_says_the_same_twice(self):
        first, second = (self.cutset("analyze", WHOLE).stdout for _ in range(2))
        self.assertEqual(first, second)
        self.assertIn("gateway POST /orders", first.decode())

    def test_diff_begins_at_the_failed_call(self):
        good, bad = self.split()
        done = self.cutset("diff", "--json", good, bad)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        frontiers = set()
        for difference in json.loads(done.stdout)["requests"]:
            self.assertEqual(difference["good_runs"], 20)
            for group in difference["changes"]:
                self.assertEqual(group["frontier"]["kind"], "failed")
                frontiers.add(group["frontier"]["id"].split(" > ")[-1])
        self.assertEqual(
            frontiers,
            {"north:GET /stock#1", "extras:POST /views#1", "extras:GET /wrapping#1", "store:GET /prices#1", "store:GET /profiles/:id#1"},
        )

    def test_diff_knows_a_service_that_is_down_on_one_side(self):
        """In each bad trace the refused service shows nothing but its address; the good ones say who it is."""
        good, bad = self.split()
        parts = json.loads(bad.read_text())["resourceSpans"]
        north = {
            span["traceId"] for part in parts for span in part["scopeSpans"][0]["spans"]
            if span["status"]["code"] == 2 and part["resource"]["attributes"][0]["value"]["stringValue"] == "stock"
        }  # fmt: skip
        self.assertEqual(len(north), 5)
        only = self.folder / "north.json"
        only.write_text(json.dumps({"resourceSpans": [
            part for part in parts if part["scopeSpans"][0]["spans"][0]["traceId"] in north
        ]}))  # fmt: skip
        for difference in json.loads(self.cutset("diff", "--json", good, only).stdout)["requests"]:
            self.assertEqual([change["frontier"]["words"] for change in difference["changes"]], ["stock -> north GET /stock"])

    def test_diff_of_one_trace(self):
        good, bad = self.split()
        one = json.loads(self.cutset("diff", "--json", good, bad).stdout)["requests"][0]["bad_run"]
        named = json.loads(self.cutset("diff", "--json", good, bad, "--trace", one[:12]).stdout)["requests"]
        self.assertEqual([difference["bad_run"] for difference in named], [one])
        self.assertEqual(self.cutset("diff", good, bad, "--trace", "ffff").returncode, 65)


if __name__ == "__main__":
    harness.main()
