"""One schedule with real servers (redis with a replica, nginx) on every kind of host: a client sees what it says, and
nothing is left. The client is this test; it runs outside of the hosts of the play."""
import ctypes
import json
import os
import pathlib
import shutil
import socket
import threading
import time

import engine
import harness

DATA = harness.HERE / "real_servers"
PATIENCE_SECONDS = 0.25  # a client that waits longer calls a server dead
PAUSE_SECONDS = 0.02
SLACK_SECONDS = 0.4      # this far from a moment nothing is asked of a client: machines are busy, timers are coarse


def enter_network(path):
    """Takes this thread, and no other, into a network namespace."""
    new_network = 0x40000000
    with open(path, "rb") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), new_network) != 0:
            raise OSError(ctypes.get_errno(), f"cannot enter {path}")


class Client(threading.Thread):
    """Asks one server again and again by its own protocol: (seconds when asked, seconds when answered, answer or None)."""

    def __init__(self, file, network=None):
        super().__init__(daemon=True)
        self.file = file
        self.network = network  # the namespace that it asks from
        self.seen = []
        self.going = True

    def run(self):
        if self.network is not None:
            enter_network(self.network)
        while self.going:
            asked = time.time()
            answer = self.ask()
            self.seen.append((asked, time.time(), answer))
            time.sleep(PAUSE_SECONDS)

    def exchange(self, request, end):
        """What the server sends until `end` (or until it closes), as text; None: no answer."""
        try:
            host, port = self.file.read_text().split()
            with socket.create_connection((host, int(port)), PATIENCE_SECONDS) as connection:
                connection.settimeout(PATIENCE_SECONDS)
                connection.sendall(request)
                text = b""
                while end is None or end not in text:
                    part = connection.recv(65536)
                    if not part:
                        break
                    text += part
                return text.decode() or None
        except (OSError, ValueError):
            return None

    def answers(self, since, until):
        """Of what was asked and answered in this time."""
        return [answer for asked, answered, answer in self.seen if since <= asked and answered <= until]


class Redis(Client):
    """Writes what time it is (if it may write), and reads it back, with the state of the replication."""

    def __init__(self, file, writes, network=None):
        super().__init__(file, network)
        self.request = b"SET time %d\r\n" if writes else b""

    def ask(self):
        request = self.request % (time.time() * 1e6) if self.request else b""
        # The last reply is a bulk string whose last line is the end of the section; PING's answer closes it.
        text = self.exchange(request + b"GET time\r\nINFO replication\r\nPING\r\n", b"+PONG\r\n")
        if text is None or "+PONG" not in text:
            return None
        lines = text.replace("\r", "").split("\n")
        first = next((line for line in lines if line.isdigit()), "0")
        return {"time": int(first), **dict(line.split(":", 1) for line in lines if ":" in line)}


class Nginx(Client):
    def ask(self):
        text = self.exchange(b"GET / HTTP/1.0\r\n\r\n", None)
        return text.rsplit("\r\n", 1)[1] if text is not None and " 200 " in text.split("\r\n")[0] else None


def missing():
    """What this machine lacks, or ''."""
    for program, package in (("redis-server", "redis-server"), ("nginx", "nginx-light"), ("nft", "nftables")):
        if shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin") is None:
            return f"there is no {program} (package {package})"
    if os.geteuid() != 0:
        return "partitions are made by root"
    return ""


class PlayHosts(harness.EndToEnd):
    networks_of_their_own = True
    in_containers = False  # then each instance has a network of its own, whose traffic can be told

    def setUp(self):
        super().setUp()
        why = missing()
        if why:
            self.skipTest(f"not run: {why}")
        self.place = self.folder / "play"
        shutil.copytree(DATA, self.place)
        schedule = self.place / "schedule.yml"
        schedule.write_text(schedule.read_text().replace("FOLDER", str(self.place)))
        self.addresses = self.folder / "addresses"
        self.addresses.mkdir()

    def environment(self):
        own = super().environment()
        return {**own, "ADDRESSES": str(self.addresses), "PATH": own["PATH"] + ":/usr/sbin"}

    def watch_burners(self, used, going):
        """[(time, CPU seconds of the processes that keep cores busy; none: there are none)], again and again."""
        ticks = os.sysconf("SC_CLK_TCK")
        while going:
            burners = []
            for pid in self.processes():
                try:
                    if b"burn-cpu" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes():
                        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
                        fields = text[text.rindex(")") + 2:].split()
                        burners.append((int(fields[11]) + int(fields[12])) / ticks)
                except OSError:
                    continue
            used.append((time.time(), max(burners, default=None)))
            time.sleep(0.1)

    def play(self, hosts, places, network=None):
        """(the result, what clients saw: a function of name, since and until; CPU seconds that were burnt)."""
        clients = {"primary.0": Redis(self.addresses / "primary", writes=True, network=network),
                   "replica.0": Redis(self.addresses / "replica", writes=False, network=network),
                   "web.0": Nginx(self.addresses / "web.0", network), "web.1": Nginx(self.addresses / "web.1", network)}
        used, going = [], [True]
        burners = threading.Thread(target=self.watch_burners, args=(used, going), daemon=True)
        for thread in (*clients.values(), burners):
            thread.start()
        record = self.folder / "record"
        done = self.cutset("play", self.place / "schedule.yml", "--hosts", hosts,
                           *(f"--place={service}={host}" for service, host in places.items()), "--record", record, "--json")
        going.clear()
        for client in clients.values():
            client.going = False
        self.assert_exit(done, 0)
        result = json.loads(done.stdout)
        barrier = result["barrier_utc_ns"] / 1e9

        def saw(name, since, until):
            answers = clients[name].answers(barrier + since + SLACK_SECONDS, barrier + until - SLACK_SECONDS / 4)
            self.assertTrue(answers, f"{name} was asked between {since} and {until}")
            return answers

        def burnt(since, until):
            return [seconds for when, seconds in used if barrier + since <= when <= barrier + until]

        return result, saw, burnt

    def assert_seen(self, hosts, places, network=None):
        result, saw, burnt = self.play(hosts, places, network)
        self.assert_nothing_left()
        for action in result["actions"]:
            self.assertEqual(action["fate"], "fired", action)

        # start
        self.assertFalse(any(saw("web.1", 0, 1)), "web 1 is not there before it is started")
        self.assertTrue(all(saw("web.1", 2.5, 24.5)), "web 1 answers from then on, whatever happens to others")
        # pause: the kernel takes the connection, and nobody answers
        self.assertTrue(all(saw("replica.0", 1, 3)))
        self.assertFalse(any(saw("replica.0", 3, 5)), "the replica is frozen")
        self.assertTrue(all(saw("primary.0", 3, 5)), "the primary is not")
        self.assertTrue(all(saw("replica.0", 5, 7)), "the replica goes on")
        # signal: nginx begins anew with another worker, without an outage
        before, after = saw("web.0", 3, 6), saw("web.0", 6.2, 9)
        self.assertEqual(len(set(before)), 1)
        self.assertNotIn(before[0], after)
        self.assertTrue(all(after))
        # partition: both answer the client, what is written does not get from one to the other
        self.assertEqual({answer["master_link_status"] for answer in saw("replica.0", 6, 7)}, {"up"})
        cut = saw("replica.0", 7, 10)
        self.assertTrue(all(cut), "the replica answers the client")
        self.assertEqual(len({answer["time"] for answer in cut}), 1, "nothing reaches the replica")
        self.assertGreater(len({answer["time"] for answer in saw("primary.0", 7, 10)}), 10, "the primary takes writes")
        # heal: redis calls again, after its timeout at the latest
        healed = saw("replica.0", 12, 16)
        self.assertEqual({answer["master_link_status"] for answer in healed}, {"up"})
        self.assertGreater(len({answer["time"] for answer in healed}), 10, "writes reach the replica again")
        self.assertEqual(saw("primary.0", 12, 16)[0]["connected_slaves"], "1")
        # cpu
        # The helper is there half a second before, and stopped.
        self.assertEqual(set(burnt(0, 12)), {None})
        self.assertLess(max(seconds or 0 for seconds in burnt(12, 12.9)), 0.1, "nothing is kept busy before")
        self.assertGreater(max(seconds or 0 for seconds in burnt(13, 15)), 0.1, "a core is kept busy, as far as others let it")
        self.assertEqual(set(burnt(16, 24)), {None}, "no longer than two seconds")
        # custom: it ran, in the network of its target
        custom = next(action for action in result["actions"] if action["what"] == "custom")
        self.assertEqual(custom["exit_code"], 0)
        self.assertTrue(custom["output"].startswith("net:["), custom["output"])
        comparison = self.assertNotEqual if self.networks_of_their_own else self.assertEqual
        comparison(custom["output"].strip(), os.readlink("/proc/self/ns/net"))
        # kill and restart: the data of a primary that saves nothing are gone, the replica follows the new one
        self.assertFalse(any(saw("primary.0", 17, 19)), "the primary was killed")
        self.assertEqual({answer["master_link_status"] for answer in saw("replica.0", 17.2, 19)}, {"down"})
        self.assertTrue(all(saw("primary.0", 21, 24.5)), "the primary was started again")
        self.assertEqual({answer["master_link_status"] for answer in saw("replica.0", 23.2, 24.5)}, {"up"})
        # stop
        self.assertTrue(all(saw("web.0", 6.2, 19)))
        self.assertFalse(any(saw("web.0", 19.5, 24.5)), "web 0 was stopped")
        self.assert_sampled(result)
        self.assert_lives_told()

    def assert_lives_told(self):
        """When each instance started and ended, whoever did it."""
        lives = {name: [] for name in ("primary/0", "replica/0", "web/0", "web/1")}
        for line in (self.folder / "record/events.jsonl").read_text().splitlines():
            event = json.loads(line)
            if event.get("kind") in ("instance_started", "instance_ended") and event.get("since_barrier_ns", 0) < 24e9:
                lives[event["instance"]].append((event["kind"].removeprefix("instance_"), event.get("since_barrier_ns", 0) / 1e9,
                                                 event.get("exit_code", 0)))
        kinds = {name: [kind for kind, _, _ in life] for name, life in lives.items()}
        self.assertEqual(kinds, {"primary/0": ["started", "ended", "started"], "replica/0": ["started"],
                                 "web/0": ["started", "ended"], "web/1": ["started"]})
        _, when, code = lives["primary/0"][1]
        self.assertAlmostEqual(when, 17, delta=1.5)
        self.assertEqual(code, 137, "killed")
        self.assertAlmostEqual(lives["web/1"][0][1], 1, delta=2.5)
        lines = [json.loads(line) for line in (self.folder / "record/logs.jsonl").read_text().splitlines()]
        ready = [line["utc_ns"] for line in lines if line["instance"] == "primary/0" and "Ready to accept" in line["line"]]
        self.assertEqual(len(ready), 2, "the output of both lives of the primary, each line once")

    def assert_sampled(self, result):
        """What each instance used was sampled once a second while it ran, and was what it did."""
        barrier = result["barrier_utc_ns"] / 1e9
        of = {name: [] for name in ("primary/0", "replica/0", "web/0", "web/1")}
        for line in (self.folder / "record/resources.jsonl").read_text().splitlines():
            sample = json.loads(line)
            if "instance" in sample:
                of[sample["instance"]].append((sample["utc_ns"] / 1e9 - barrier, sample))
        for name, (since, until) in {"primary/0": (1, 16), "replica/0": (1, 24), "web/0": (1, 18), "web/1": (3, 24)}.items():
            times = [time for time, _ in of[name] if since <= time <= until]
            self.assertGreater(len(times), (until - since) / 2, f"{name} was sampled at {times}")
            self.assertTrue(all(sample["memory_bytes"] > 0 for _, sample in of[name]), name)

        def used(key, since, until):
            values = [sample[key] for time, sample in of["primary/0"] if since <= time <= until]
            return max(values) - min(values)

        if self.in_containers:
            self.assertGreater(used("cpu_ns", 12, 16), 1e8, "what keeps cores busy counts as the container's")
            self.assertGreater(used("received_bytes", 1, 12), 1000, "what clients wrote")
        self.assertEqual([note for note in result["notes"] if "no samples" in note], [])
        for host in result["hosts"]:
            self.assertLess(host["sampling_cost_ns"], 0.01 * 25e9, "a hundredth of a core")

    def test_processes(self):
        self.networks_of_their_own = False
        # Processes all have one address: an agent tells its own apart from each other and from everybody else.
        self.assert_seen("a,b", {"primary": "b", "replica": "b", "web": "a"})

    def test_namespaces(self):
        if shutil.which("ip") is None:
            self.skipTest("not run: namespaces are made with the program ip")
        before = sorted(os.listdir("/run/netns")) if os.path.isdir("/run/netns") else []
        self.assert_seen("namespaces:a,b", {"primary": "a", "replica": "b", "web": "b"})
        self.assertEqual(sorted(os.listdir("/run/netns")), before)

    def start_engine(self):
        why = engine.missing()
        if why:
            self.skipTest(f"not run: {why}")
        self.in_containers = True
        place = engine.Engine(self.folder)
        self.addCleanup(place.stop)
        place.start()
        place.import_image(["sh", "cat", "readlink", "sleep", "getent", "redis-server", "nginx"], "cutset-test")
        for name, value in (("TEST_ENGINE", place.socket), ("TEST_ENGINE_NAMESPACE", place.namespace)):
            os.environ[name] = str(value)
            self.addCleanup(os.environ.pop, name)
        return place

    def assert_seen_in_engine(self, place, hosts, tell):
        """`tell`: writes the addresses of containers, as the engine knows them, where processes write their own."""
        going = [True]

        def run():
            while going:
                tell(place)
                time.sleep(0.1)

        teller = threading.Thread(target=run, daemon=True)
        teller.start()
        self.assert_seen(hosts, {}, place.namespace)
        going.clear()
        teller.join()
        self.assertEqual(place.docker("ps", "--all", "--quiet").stdout, b"")
        networks = place.docker("network", "ls", "--format", "{{.Name}}").stdout.decode().split()
        self.assertEqual([name for name in networks if name.startswith("cutset-")], [])

    def tell(self, service, slot, address):
        file = self.addresses / (f"web.{slot}" if service == "web" else service)
        text = f"{address} 8080\n"
        if not file.exists() or file.read_text() != text:
            file.with_name("new").write_text(text)
            file.with_name("new").rename(file)

    def containers(self, place):
        names = place.docker("ps", "--quiet", "--filter", "label=org.cutset.service", check=False).stdout.decode().split()
        for name in names:
            yield from json.loads(place.docker("inspect", name, check=False).stdout or "[]")

    def tell_of_containers(self, place):
        for container in self.containers(place):
            labels = container["Config"]["Labels"]
            for network in container["NetworkSettings"]["Networks"].values():
                if network["IPAddress"]:
                    self.tell(labels["org.cutset.service"], labels["org.cutset.slot"], network["IPAddress"])

    def tell_of_tasks(self, place):
        """They are reached from the machine by the bridge that each of them has beside the Swarm's network."""
        bridge = place.docker("network", "inspect", "docker_gwbridge", check=False).stdout
        near = json.loads(bridge)[0]["Containers"] if bridge.strip() not in (b"", b"[]") else {}
        for container in self.containers(place):
            labels = container["Config"]["Labels"]
            slot = int(labels["com.docker.swarm.task.name"].split(".")[-2]) - 1
            if container["Id"] in near:
                self.tell(labels["org.cutset.service"], slot, near[container["Id"]]["IPv4Address"].split("/")[0])

    def test_containers(self):
        place = self.start_engine()
        self.assert_seen_in_engine(place, "docker", self.tell_of_containers)

    def test_swarm(self):
        place = self.start_engine()
        begun = place.docker("swarm", "init", "--advertise-addr", "127.0.0.1", check=False)
        if begun.returncode != 0:
            self.skipTest("not run: no Swarm here: " + begun.stderr.decode().strip())
        config = self.place / "cutset.yaml"
        # Tasks of a service are started alike.
        config.write_text(config.read_text().replace("  docker:", "  swarm:").replace("web.${self.slot}", "web"))
        self.assert_seen_in_engine(place, "swarm", self.tell_of_tasks)
        self.assertEqual(place.docker("service", "ls", "--quiet").stdout, b"")


if __name__ == "__main__":
    harness.main()
