"""HotROD, one request that succeeds: two true retries among twelve calls of one kind, and one graph in two formats."""
import harness
from formats_agree_test import graphs


class HotRod(harness.AnalyzeTest):
    def setUp(self):
        super().setUp()
        folder = self.need_samples()
        self.jaeger = folder / "jaeger/hotrod-redis-timeout-retry.json"
        self.otlp = folder / "otlp/derived-hotrod.json"

    def test_exactly_the_two_true_retries(self):
        analysis = self.analyze(self.jaeger)
        self.assertEqual(analysis["model"]["retries"], 2)
        retries = [call["id"] for found in analysis["classes"] for call in found["calls"] if call["retry"]]
        self.assertEqual(len(retries), 2)
        for driver, call in zip(("T731070C", "T768897C"), sorted(retries)):
            self.assertIn(driver, call)

    def test_the_same_graph_from_both_formats(self):
        for name, file in (("jaeger", self.jaeger), ("otlp", self.otlp)):
            self.assertEqual(self.cutset("analyze", file, "--graphs", self.folder / name).returncode, 0)
        self.assertTrue(graphs(self.folder / "jaeger"))
        self.assertEqual(graphs(self.folder / "jaeger"), graphs(self.folder / "otlp"))
        self.assertEqual(self.without_inputs(self.analyze(self.jaeger)), self.without_inputs(self.analyze(self.otlp)))


if __name__ == "__main__":
    harness.main()
