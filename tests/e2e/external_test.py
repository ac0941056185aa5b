"""A campaign on nodes that are machines: agents with certificates listen there already, cutset reaches them by TLS.

The machines are network namespaces that this test makes. Each sees an empty folder where cutset keeps its state, so that
nothing cutset writes here can be read there, and tells another kernel's boot id, so that clocks are held to be different.
"""
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import uuid

import harness

EXAMPLE = harness.ROOT / "examples/redis-sentinel"
HOSTS = ("n1", "n2", "n3", "client")
PORT = 7443
BOOT_ID = "/proc/sys/kernel/random/boot_id"


def missing():
    if os.geteuid() != 0:
        return "namespaces are made by root"
    for program in ("ip", "nft", "openssl", "unshare", "redis-server", "redis-sentinel", "redis-cli"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    return None


def run(*words):
    return subprocess.run(list(map(str, words)), check=True, capture_output=True, text=True).stdout


class Machines:
    """A switch and a namespace for each host; this machine is 10.219.N.1 on it."""

    def __init__(self):
        self.word = secrets.token_hex(3)
        self.subnet = f"10.219.{secrets.randbelow(250)}"
        self.addresses = {host: f"{self.subnet}.{number + 2}" for number, host in enumerate(HOSTS)}

    def namespace(self, host):
        return f"e2e{self.word}-{host}"

    def make(self):
        switch = self.namespace("switch")
        run("ip", "netns", "add", switch)
        run("ip", "-n", switch, "link", "add", "bridge", "type", "bridge")
        run("ip", "-n", switch, "link", "set", "bridge", "up")
        link = f"e2e{self.word}"
        self.plug(switch, "here", link)
        run("ip", "address", "add", f"{self.subnet}.1/24", "dev", link)
        run("ip", "link", "set", link, "up")
        for host, address in self.addresses.items():
            place = self.namespace(host)
            run("ip", "netns", "add", place)
            self.plug(switch, host, "eth0", "netns", place)
            run("ip", "-n", place, "address", "add", f"{address}/24", "dev", "eth0")
            for device in ("lo", "eth0"):
                run("ip", "-n", place, "link", "set", device, "up")

    def plug(self, switch, port, *other):
        run("ip", "-n", switch, "link", "add", port, "type", "veth", "peer", "name", *other,
            *(() if len(other) > 1 else ("netns", str(os.getpid()))))
        run("ip", "-n", switch, "link", "set", port, "master", "bridge", "up")

    def remove(self):
        for host in ("switch", *HOSTS):
            subprocess.run(["ip", "netns", "delete", self.namespace(host)], check=False, capture_output=True)

    def rules(self):
        """What agents have put into the firewalls of the machines."""
        return "".join(run("ip", "netns", "exec", self.namespace(host), "nft", "list", "ruleset") for host in HOSTS)


class External(harness.EndToEnd):
    def setUp(self):
        super().setUp()
        why = missing()
        if why:
            self.skipTest(f"not run: {why}")
        self.machines = Machines()
        self.addCleanup(self.machines.remove)
        self.machines.make()
        self.state.mkdir()
        certificates = self.certificates = self.folder / "certificates"
        run(harness.binaries["agent"], "certificates", "--folder", certificates,
            *(f"{host}={address}" for host, address in self.machines.addresses.items()))
        self.agents = {host: self.start_agent(host, certificates) for host in HOSTS}
        for host, agent in self.agents.items():
            self.await_agent(host, agent)
        self.config = self.folder / "example/cutset.yaml"
        shutil.copytree(EXAMPLE, self.config.parent)
        text = self.config.read_text()
        here = "hosts: {namespaces: [n1, n2, n3, client]}"
        self.assertIn(here, text)
        there = ", ".join(f'{host}: {{agent: "{address}:{PORT}"}}' for host, address in self.machines.addresses.items())
        keys = ", ".join(f"{key}: ../certificates/{file}" for key, file in
                         (("certificate", "controller.pem"), ("key", "controller.key"), ("authority", "authority.pem")))
        self.config.write_text(text.replace(here, f"hosts: {{external: {{{keys}, hosts: {{{there}}}}}}}"))

    def start_agent(self, host, certificates, programs=None):
        """Ends by itself with SIGTERM; its command takes the place of unshare and of the shell."""
        place = self.folder / f"machine-{host}"
        place.mkdir(exist_ok=True)
        programs = programs or os.path.dirname(harness.binaries["cutset"])
        command = ["serve", "--socket", place / "socket/agent", "--state", place / "state",
                   "--network-namespace", f"/run/netns/{self.machines.namespace(host)}",
                   "--listen", f"{self.machines.addresses[host]}:{PORT}", "--allow", "controller",
                   "--certificate", certificates / f"{host}.pem", "--key", certificates / f"{host}.key",
                   "--authority", certificates / "authority.pem"]
        boot_id = place / "boot_id"
        boot_id.write_text(f"{uuid.uuid4()}\n")
        own = self.environment()
        log = open(place / "agent.log", "w", encoding="utf-8")
        self.addCleanup(log.close)
        agent = subprocess.Popen(
            ["unshare", "--mount", "sh", "-ec", f"mount -t tmpfs machine {self.state}; mount --bind {boot_id} {BOOT_ID}; "
             'exec "$0" "$@"', harness.binaries["agent"], *map(str, command)],
            cwd=place, env={**own, "PATH": f"{programs}:{own['PATH']}"},
            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self.addCleanup(agent.wait)
        self.addCleanup(agent.terminate)
        return agent

    def await_agent(self, host, agent):
        deadline = time.monotonic() + harness.LONGEST_SECONDS
        while True:
            try:
                socket.create_connection((self.machines.addresses[host], PORT), 1).close()
                return
            except OSError:
                self.assertIsNone(agent.poll(), (self.folder / f"machine-{host}/agent.log").read_text())
                self.assertLess(time.monotonic(), deadline, f"the agent of {host} does not listen")
                time.sleep(0.02)

    def assert_only_agents_left(self):
        """The agents wait for the next controller; of what they did for the last one nothing is there."""
        deadline = time.monotonic() + harness.endings.SECONDS_TO_VANISH
        while True:
            names = {name for _, name in self.processes().values()}
            data = [str(path) for path in self.folder.glob("machine-*/state/data")]
            rules = self.machines.rules()
            if (names == {"cutset-agent"} and not data and not rules) or time.monotonic() > deadline:
                break
            time.sleep(0.05)
        self.assertEqual((names, data, rules), ({"cutset-agent"}, [], ""))
        for host, agent in self.agents.items():
            self.assertIsNone(agent.poll(), f"the agent of {host} has ended")

    def await_cut(self, replay):
        """Returns while a partition is in place; made ready before its moment, its tables are dormant."""
        deadline = time.monotonic() + harness.LONGEST_SECONDS
        while not any("drop" in table and "dormant" not in table for table in self.machines.rules().split("table ")):
            self.assertIsNone(replay.poll(), (self.folder / "output.txt").read_text())
            self.assertLess(time.monotonic(), deadline, "nothing is cut")
            time.sleep(0.05)

    def test_the_first_mechanism_is_found_on_machines(self):
        done = self.cutset("run", self.config, "--state", self.state, "--max-experiments", 2, "--repeat", 2)
        self.assert_exit(done, 1)
        self.assertIn("never arrived at follower", done.stdout)
        self.assertIn("replaced on leader", done.stdout)
        results = [record for record in self.records() if record["type"] == "result"]
        self.assertEqual([result["result"]["verdict"] for result in results[:3]], ["held"] * 3)
        self.assert_only_agents_left()

        finding = next((self.state / "findings").iterdir())
        replay = self.start("replay", finding, "--config", self.config, "--state", self.state, "-k", 2)
        self.await_cut(replay)
        replay.send_signal(signal.SIGKILL)
        replay.wait()
        self.assert_only_agents_left()

        for agent in self.agents.values():
            agent.terminate()
        self.assertEqual([agent.wait(20) for agent in self.agents.values()], [0] * len(HOSTS))
        self.assert_nothing_left()

    def test_a_driver_that_is_not_there_is_named(self):
        if shutil.which("cutset-driver"):
            self.skipTest("not run: cutset-driver is installed on this machine")
        self.agents["client"].terminate()
        self.agents["client"].wait(20)
        self.agents["client"] = self.start_agent("client", self.certificates, "/usr/bin")
        self.await_agent("client", self.agents["client"])
        done = self.cutset("run", self.config, "--state", self.state)
        self.assert_exit(done, 2)
        self.assertIn('the workload cannot be started on client: service clients.0: cannot start "cutset-driver"', done.stderr)
        self.assert_only_agents_left()


if __name__ == "__main__":
    harness.main()
