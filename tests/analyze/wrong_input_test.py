"""Cut-off, corrupt and hostile files: a clear error with its place, in bounded time and memory, and never a crash."""
import gzip
import json
import resource
import signal
import subprocess
import time

import harness

MOST_MEMORY = 2 << 30


class WrongInput(harness.AnalyzeTest):
    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def refuse(self, path, *parts, code=65):
        done = subprocess.run(
            [harness.arguments["cutset"], "analyze", path], capture_output=True, timeout=60,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY)),
        )  # fmt: skip
        errors = done.stderr.decode()
        self.assertEqual(done.returncode, code, errors)
        for part in parts:
            self.assertIn(part, errors)
        self.assertLess(max(map(len, errors.splitlines())), 600)

    def test_no_traces_at_all(self):
        self.refuse(self.file("empty.json", ""), "empty.json", "is empty")
        self.refuse(self.file("words.txt", "hello, world"), "words.txt", 'begins with "hello, world"', "jaeger-json")
        self.refuse(self.file("other.json", '{"hello": []}'), "other.json")
        self.refuse(self.folder / "missing.json", "missing.json", "No such file", code=64)
        self.refuse(self.file("table.csv", "a,b,c\n1,2,3\n"), "table.csv")

    def test_cut_off_files_name_the_place(self):
        for name in ("otlp.json", "jaeger-one-trace.json", "zipkin-v2-shared.json"):
            content = (harness.BOOKSHOP / name).read_bytes()
            path = self.file("cut-" + name, content[: len(content) * 2 // 3])
            done = self.cutset("analyze", path)
            self.assertEqual(done.returncode, 65, name)
            self.assertRegex(done.stderr.decode(), rf"cut-{name}:1:\d+: .*expected")

    def test_a_cut_off_file_is_evidence_for_nothing(self):
        content = (harness.BOOKSHOP / "otlp.json").read_bytes()
        path = self.file("cut.json", content[:150_000])
        analysis = self.analyze(path, "--schedules", self.folder / "try", code=65)
        self.assertGreater(analysis["model"]["traces"], 0)
        self.assertEqual(analysis["model"]["incomplete"], analysis["model"]["traces"])
        self.assertEqual([cut for found in analysis["classes"] for cut in found["cuts"]], [])
        self.assertFalse(list(self.folder.glob("try/*/*.yml")))

    def test_diff_says_in_json_too_why_files_were_refused(self):
        folder = self.folder / "bad"
        folder.mkdir()
        for i in range(7):
            (folder / f"{i}.json").write_text('{"resourceSpans": [')
        done = self.cutset("diff", "--json", harness.BOOKSHOP / "otlp.json", folder)
        self.assertEqual(done.returncode, 65)
        message = json.loads(done.stdout)["error"]["message"]
        self.assertRegex(message, r"has no spans: expected .*; .*0\.json:1:\d+: .*; 2 more were refused$")
        self.assertEqual(done.stderr.decode().count("0.json"), 1)

    def test_files_that_cannot_be_written(self):
        done = self.cutset("analyze", harness.BOOKSHOP / "otlp.json", "--html", self.folder / "no" / "page.html")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no/page.html: cannot write", done.stderr.decode())

    def test_cut_off_and_damaged_packed_files(self):
        for name, what in (("otlp.jsonl.zst", "zstd"), ("jaeger.json.gz", "gzip"), ("otlp.binpb.gz", "gzip")):
            content = (harness.BOOKSHOP / name).read_bytes()
            cut = self.file("cut-" + name, content[: len(content) * 2 // 3])
            self.assertIn(what, self.cutset("analyze", cut).stderr.decode())
            damaged = bytearray(content)
            for at in range(len(content) // 2, len(content) // 2 + 40):
                damaged[at] ^= 0xFF
            self.assertIn(self.cutset("analyze", self.file("bad-" + name, bytes(damaged))).returncode, (0, 65))

    def test_hostile_json(self):
        deep = '{"data":[{"traceID":"1","spans":[{"traceID":"1","spanID":"1","tags":' + "[" * 200_000
        self.refuse(self.file("deep.json", deep), "deep.json:1:")
        digits = "9" * 100_000
        path = self.file(
            "numbers.json",
            '{"data":[{"traceID":"1","spans":[{"traceID":"1","spanID":"1","operationName":"o","startTime":%s,"duration":%s,'
            '"processID":"p"}],"processes":{"p":{"serviceName":"s"}}}]}' % (digits, digits),
        )
        self.assertIn(self.cutset("analyze", path).returncode, (0, 65))

    def test_decompression_bomb(self):
        bomb = gzip.compress(b'{"data":[' + b" " * (400 << 20))
        self.refuse(self.file("bomb.json.gz", bomb), "bomb.json.gz", "bomb")

    def test_cycles_and_ten_thousand_children(self):
        def span(number, parent):
            return {"traceId": "0" * 31 + "1", "spanId": f"{number:016x}", "parentSpanId": f"{parent:016x}" if parent else "",
                    "name": "work", "kind": 2, "startTimeUnixNano": str(number), "endTimeUnixNano": str(number + 1)}  # fmt: skip

        def document(spans):
            resource_ = {"attributes": [{"key": "service.name", "value": {"stringValue": "s"}}]}
            return json.dumps({"resourceSpans": [{"resource": resource_, "scopeSpans": [{"spans": spans}]}]})

        cycle = self.analyze(self.file("cycle.json", document([span(1, 3), span(2, 1), span(3, 2)])))
        self.assertEqual(cycle["model"]["incomplete"], 1)
        wide = self.analyze(self.file("wide.json", document([span(1, 0)] + [span(n, 1) for n in range(2, 10_002)])))
        self.assertEqual(wide["raw"]["spans"], 10_001)
        deep = self.analyze(self.file("deep.json", document([span(n, n - 1) for n in range(1, 20_001)])))
        self.assertEqual(deep["raw"]["spans"], 20_000)

    def test_a_bad_file_does_not_hide_the_good_ones(self):
        place = self.folder / "some"
        place.mkdir()
        (place / "notes.txt").write_text("hello")
        (place / "good.json").write_bytes((harness.BOOKSHOP / "otlp.json").read_bytes())
        analysis = self.analyze(place)
        self.assertEqual([bool(file["refused"]) for file in analysis["files"]], [False, True])
        # Named by the user, it is an error; the rest is shown all the same.
        named = self.analyze(place / "notes.txt", place / "good.json", code=65)
        self.assertEqual(len(named["classes"]), 1)

    def test_wrong_options(self):
        for words, part in (
            (("--address", "nobody", harness.BOOKSHOP), "HOST:PORT=SERVICE"),
            (("--memory", "much", harness.BOOKSHOP), "expected a size such as 512MiB"),
            ((), "expected trace files"),
            (("--jaeger", "127.0.0.1:1"), "service"),
        ):
            done = self.cutset("analyze", *words)
            self.assertEqual(done.returncode, 64, done.stderr.decode())
            self.assertIn(part, done.stderr.decode())

    def test_no_jaeger_there(self):
        done = self.cutset("analyze", "--jaeger", "127.0.0.1:1", "--service", "shop")
        self.assertEqual(done.returncode, 2)
        self.assertIn("127.0.0.1:1", done.stderr.decode())

    def test_interruption(self):
        program = subprocess.Popen(
            [harness.arguments["cutset"], "analyze", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        line = json.dumps({"resourceSpans": []}).encode() + b"\n"
        program.stdin.write(line * 10)
        program.stdin.flush()
        time.sleep(0.3)
        program.send_signal(signal.SIGINT)
        time.sleep(0.1)
        try:
            program.stdin.write(line * 10)
            program.stdin.close()
        except BrokenPipeError:
            pass
        code = program.wait(timeout=20)
        errors = program.stderr.read().decode()
        program.stdout.close()
        program.stderr.close()
        self.assertEqual(code, 3, errors)


if __name__ == "__main__":
    harness.main()
