"""One cutset.yaml on processes, namespaces and containers: the same findings, and nothing is left of the places."""
import os
import pathlib
import shutil
import signal

import engine
import harness
import journal

CONFIG = harness.HERE / "on_hosts/cutset.yaml"


class Hosts(harness.EndToEnd):
    def assert_findings(self, done):
        self.assert_exit(done, 1)
        records = self.records()
        self.assertEqual(harness.call_sets(records), harness.expected_sets("9-fallback")[0])
        self.assertEqual(journal.last(records, "end")["inconclusive"], 0)

    def recorded_namespaces(self):
        """Those that the agent of this state folder ever wrote down."""
        words = (self.state / "intent.log").read_text().split()
        return [word for word in words if word.startswith("cs") and len(word) > 34]

    def test_processes_of_three_hosts(self):
        self.assert_findings(self.cutset("run", CONFIG, "--hosts", "processes", "--state", self.state))
        self.assert_nothing_left()

    def test_namespaces(self):
        if os.geteuid() != 0 or shutil.which("ip") is None:
            self.skipTest("not run: namespaces are made by root with the program ip")
        self.assert_findings(self.cutset("run", CONFIG, "--hosts", "namespaces", "--state", self.state))
        names = self.recorded_namespaces()
        self.assertGreaterEqual(len(names), 4, "three hosts and the switch")
        for name in names:
            self.assertFalse((pathlib.Path("/run/netns") / name).exists(), name)
        self.assert_nothing_left()

    def test_namespaces_when_cutset_is_killed(self):
        if os.geteuid() != 0 or shutil.which("ip") is None:
            self.skipTest("not run: namespaces are made by root with the program ip")
        run = self.start("run", CONFIG, "--hosts", "namespaces", "--state", self.state)
        self.await_results(run, 1)
        run.send_signal(signal.SIGKILL)
        run.wait()
        self.assert_nothing_left()
        for name in self.recorded_namespaces():
            self.assertFalse((pathlib.Path("/run/netns") / name).exists(), name)

    def test_containers(self):
        why = engine.missing()
        if why:
            self.skipTest(f"not run: {why}")
        place = engine.Engine(self.folder)
        self.addCleanup(place.stop)
        place.start()
        place.import_image(["node"])
        os.environ["TEST_ENGINE"] = str(place.socket)
        os.environ["TEST_ENGINE_NAMESPACE"] = str(place.namespace)
        self.addCleanup(os.environ.pop, "TEST_ENGINE")
        self.addCleanup(os.environ.pop, "TEST_ENGINE_NAMESPACE")
        self.assert_findings(self.cutset("run", CONFIG, "--hosts", "docker", "--state", self.state))
        self.assertEqual(place.docker("ps", "--all", "--quiet").stdout, b"")
        networks = place.docker("network", "ls", "--format", "{{.Name}}").stdout.decode().split()
        self.assertEqual([name for name in networks if name.startswith("cutset-")], [])


if __name__ == "__main__":
    harness.main()
