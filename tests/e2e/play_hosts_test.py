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

    def test_processes(self):
        self.networks_of_their_own = False
        # Processes all have one address: an agent tells its own apart from each other and from everybody else.
        self.assert_seen("a,b", {"primary": "b", "replica": "b", "web": "a"})

    def test_namespaces(self):
        if shutil.which("ip") is None:
            self.skipTest("not run: namespaces are made with the program ip")
        self.networks_of_their_own = True
        before = sorted(os.listdir("/run/netns")) if os.path.isdir("/run/netns") else []
        self.assert_seen("namespaces:a,b", {"primary": "a", "replica": "b", "web": "b"})
        self.assertEqual(sorted(os.listdir("/run/netns")), before)

    def tell_addresses(self, place, going):
        """Of containers, as the engine knows them, where processes write their own."""
        while going:
            names = place.docker("ps", "--quiet", "--filter", "label=org.cutset.service", check=False).stdout.decode().split()
            for name in names:
                seen = place.docker("inspect", name, check=False).stdout
                for container in json.loads(seen or "[]"):
                    labels = container["Config"]["Labels"]
                    service, slot = labels["org.cutset.service"], labels["org.cutset.slot"]
                    file = self.addresses / (f"web.{slot}" if service == "web" else service)
                    for network in container["NetworkSettings"]["Networks"].values():
                        if network["IPAddress"] and not file.exists():
                            file.write_text(f"{network['IPAddress']} 8080\n")
            time.sleep(0.1)

    def test_containers(self):
        why = engine.missing()
        if why:
            self.skipTest(f"not run: {why}")
        self.networks_of_their_own = True
        place = engine.Engine(self.folder)
        self.addCleanup(place.stop)
        place.start()
        place.import_image(["sh", "cat", "readlink", "redis-server", "nginx"], "cutset-test")
        going = [True]
        teller = threading.Thread(target=self.tell_addresses, args=(place, going), daemon=True)
        teller.start()
        for name, value in (("TEST_ENGINE", place.socket), ("TEST_ENGINE_NAMESPACE", place.namespace)):
            os.environ[name] = str(value)
            self.addCleanup(os.environ.pop, name)
        self.assert_seen("docker", {}, place.namespace)
        going.clear()
        teller.join()
        self.assertEqual(place.docker("ps", "--all", "--quiet").stdout, b"")
        networks = place.docker("network", "ls", "--format", "{{.Name}}").stdout.decode().split()
        self.assertEqual([name for name in networks if name.startswith("cutset-")], [])


if __name__ == "__main__":
    harness.main()
