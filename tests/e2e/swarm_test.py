"""A schedule on a service of a Docker Swarm: seen from the machine, by another task, and by the engine; then all is gone."""
import json
import signal
import subprocess
import threading
import time

import engine
import harness

SWARMED = harness.HERE / "swarmed"


class Watcher(threading.Thread):
    """Asks every task again and again: (asked, answered, host name, path, answer or None).

    Each address and path has a thread of its own: a task that does not answer must not delay the questions to the others.
    """

    def __init__(self, place):
        super().__init__(daemon=True)
        self.place = place
        self.seen = []
        self.replicas = []
        self.going = True
        self.names = {}
        self.asking = {}

    def get(self, address, path):
        done = subprocess.run(
            ["nsenter", f"--net={self.place.namespace}", "curl", "--silent", "--max-time", "0.4",
             f"http://{address}:8080{path}"], capture_output=True, text=True, check=False)
        return done.stdout if done.returncode == 0 else None

    def addresses(self):
        told = self.place.docker("network", "inspect", "docker_gwbridge", check=False)
        if told.returncode != 0:
            return []
        containers = json.loads(told.stdout)[0]["Containers"]
        return [one["IPv4Address"].split("/")[0] for name, one in containers.items() if len(name) == 64]

    def ask(self, address, path):
        while self.going:
            asked = time.time()
            answer = self.get(address, path)
            if path == "/" and answer:
                self.names[address] = answer.split()[0]
            if address in self.names:
                self.seen.append((asked, time.time(), self.names[address], path, answer))
            time.sleep(0.05)

    def run(self):
        while self.going:
            told = self.place.docker("service", "ls", "--format", "{{.Replicas}}", check=False).stdout.decode().strip()
            self.replicas.append(told)
            for address in self.addresses():
                for path in ("/", "/ask/web-2"):
                    if (address, path) not in self.asking:
                        thread = threading.Thread(target=self.ask, args=(address, path), daemon=True)
                        self.asking[address, path] = thread
                        thread.start()
            time.sleep(0.05)
        for thread in self.asking.values():
            thread.join()

    def answers(self, name, since, until, path="/"):
        return [answer for asked, answered, who, where, answer in self.seen
                if who == name and where == path and since <= asked and answered <= until]


class Swarm(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        why = engine.missing()
        if why:
            self.skipTest(f"not run: {why}")
        self.place = engine.Engine(self.folder)
        self.addCleanup(self.place.stop)
        self.place.start()
        begun = self.place.docker("swarm", "init", "--advertise-addr", "127.0.0.1", check=False)
        if begun.returncode != 0:
            self.skipTest("not run: no Swarm here: " + begun.stderr.decode().strip())
        self.place.import_image(["node"])
        self.foreign = self.place.docker(
            "service", "create", "--quiet", "--detach", "--no-resolve-image", "--endpoint-mode", "dnsrr", "--name", "web",
            engine.IMAGE, "node", "-e", "setInterval(() => 0, 1000)").stdout.decode().strip()

    def environment(self):
        return {**super().environment(), "TEST_ENGINE": str(self.place.socket),
                "TEST_ENGINE_NAMESPACE": str(self.place.namespace)}

    def ours(self):
        """What is there of ours: services, containers, networks."""
        listed = [self.place.docker(kind, "ls", *more, "--quiet", "--no-trunc", "--filter", "label=org.cutset.mark")
                  for kind, *more in (["container", "--all"], ["network"])]
        services = self.place.docker("service", "ls", "--format", "{{.ID}} {{.Name}}").stdout.decode().splitlines()
        return ([line for line in services if " cutset-" in line]
                + [line for one in listed for line in one.stdout.decode().split()])

    def assert_only_the_foreign_is_left(self):
        self.assertEqual(self.ours(), [])
        self.assertEqual(self.place.docker("service", "ls", "--format", "{{.Name}} {{.Replicas}}").stdout, b"web 1/1\n")

    def test_kill_pause_partition_start_of_tasks(self):
        watcher = Watcher(self.place)
        watcher.start()
        done = self.cutset("play", SWARMED / "schedule.yml", "--record", self.folder / "record", "--json",
                           folder=self.folder)
        watcher.going = False
        watcher.join()
        self.assert_exit(done, 0)
        self.assert_only_the_foreign_is_left()
        self.assert_nothing_left()
        result = json.loads(done.stdout)
        for action in result["actions"]:
            self.assertEqual(action["fate"], "fired", action)
        barrier = result["barrier_utc_ns"] / 1e9

        def answers(name, since, until, path="/"):
            found = watcher.answers(name, barrier + since, barrier + until, path)
            self.assertTrue(found, f"nobody asked {name} from {since} to {until}")
            return found

        # Before the barrier both tasks run and know the names of each other; what looks like a template is text.
        first = answers("web-1", 0, 1.9)[0]
        self.assertEqual(first, "web-1 web-1:8080,web-2:8080,web-3:8080 {{.Task.Slot}}")
        self.assertEqual(watcher.answers("web-3", 0, barrier + 1), [])
        self.assertIn("3/3", [told.split()[0] for told in watcher.replicas if told and "3/3" in told])
        self.assertNotIn(None, answers("web-3", 5, 10.5))
        self.assertEqual(set(answers("web-1", 2.3, 3.9)), {None})
        self.assertEqual(set(answers("web-1", 5.3, 6.9, "/ask/web-2")), {"unreachable"})
        self.assertNotIn("unreachable", answers("web-3", 5.3, 6.9, "/ask/web-2"))
        self.assertNotIn(None, answers("web-1", 5.3, 6.9))
        self.assertNotIn("unreachable", answers("web-1", 7.5, 8.9, "/ask/web-2"))
        self.assertNotIn(None, answers("web-2", 7.5, 8.9))
        self.assertEqual(set(answers("web-2", 9.3, 10.9)), {None})

    def test_nothing_is_left_when_cutset_is_killed(self):
        run = self.start("play", SWARMED / "schedule.yml", "--record", self.folder / "record")
        deadline = time.monotonic() + harness.LONGEST_SECONDS
        while "barrier has passed" not in (self.folder / "output.txt").read_text():
            self.assertIsNone(run.poll(), (self.folder / "output.txt").read_text())
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.05)
        self.assertEqual(len(self.ours()), 4, "a service, two containers, a network")
        run.send_signal(signal.SIGKILL)
        run.wait()
        deadline = time.monotonic() + 30
        while self.ours() and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assert_only_the_foreign_is_left()
        self.assert_nothing_left()

    def test_what_a_swarm_cannot_do_is_said(self):
        file = self.folder / "cutset.yaml"
        text = (SWARMED / "cutset.yaml").read_text()
        for old, new, said in ((" proxy: false", " proxy: true", "say proxy: false"),
                               ("{DATA:", "{SLOT: \"${self.slot}\", DATA:", "${self.slot}: the tasks")):
            file.write_text(text.replace(old, new))
            done = self.cutset("play", SWARMED / "schedule.yml", "--config", file)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(said, done.stderr)
        self.place.docker("swarm", "leave", "--force")
        done = self.cutset("play", SWARMED / "schedule.yml", "--config", SWARMED / "cutset.yaml")
        self.assertIn("manages no Swarm", done.stderr)


if __name__ == "__main__":
    harness.main()
