"""cutset-driver on etcd by its JSON gateway: three members, without faults and with the leader killed.

Called as etcd_test.py CUTSET-DRIVER CUTSET.
"""
import json
import subprocess
import time
import unittest
import urllib.request

from driving import DRIVER, DriverTest, await_true, free_ports, need

ETCD, = need("etcd")
KEY = '{"key": "{key:base64}"'
REQUESTS = {
    "write": {"path": "/v3/kv/put", "body": KEY + ', "value": "{value:base64}"}'},
    "read": {"path": "/v3/kv/range", "body": KEY + "}", "value": "$.kvs[0].value", "base64": True},
}
STATUS = {"path": "/v3/maintenance/status", "body": "{}"}


class Etcd(DriverTest):
    def cluster(self):
        ports = free_ports(6)
        self.clients, peers = ports[:3], ports[3:]
        members = ",".join(f"n{i}=http://127.0.0.1:{port}" for i, port in enumerate(peers))
        self.members = []
        for i, (client, peer) in enumerate(zip(self.clients, peers)):
            self.members.append(self.start(
                ETCD, "--name", f"n{i}", "--data-dir", str(self.folder / f"n{i}"), "--unsafe-no-fsync",
                "--listen-client-urls", f"http://127.0.0.1:{client}", "--advertise-client-urls", f"http://127.0.0.1:{client}",
                "--listen-peer-urls", f"http://127.0.0.1:{peer}", "--initial-advertise-peer-urls", f"http://127.0.0.1:{peer}",
                "--initial-cluster", members, "--initial-cluster-token", self.folder.name))
        await_true("a leader that all know", 30, lambda: len({self.status(port)["leader"] for port in self.clients}) == 1)

    def status(self, port):
        request = urllib.request.Request(f"http://127.0.0.1:{port}/v3/maintenance/status", data=b"{}")
        return json.load(urllib.request.urlopen(request, timeout=1))

    def workload(self, at, **operations):
        endpoints = [f"127.0.0.1:{port}" for port in at]
        return self.plan(
            {"http": {"endpoints": [f"127.0.0.1:{port}" for port in self.clients], "requests": REQUESTS}},
            {"clients": 3, "count": 90, "rate": 60, "seed": 6, "mix": {"write": 2, "read": 1}, **operations},
            settle=[{"kind": "equal", "at": endpoints, "http": {**STATUS, "value": "$.leader"}},
                    {"kind": "equal", "at": endpoints, "http": {**STATUS, "value": "$.raftIndex"}}])

    def test_without_faults_everything_holds(self):
        self.cluster()
        self.drive(self.workload(self.clients, keys=2))
        self.assert_verdicts({"acknowledged-writes": "held", "linearizable": "held", "staleness:100ms": "held"})

    def test_a_killed_leader_loses_nothing(self):
        self.cluster()
        leader = self.status(self.clients[0])["leader"]
        at = next(i for i, port in enumerate(self.clients) if self.status(port)["header"]["member_id"] == leader)
        alive = [port for i, port in enumerate(self.clients) if i != at]
        plan = self.workload(alive, count=180)
        driver = self.start(DRIVER, str(plan), "--history", str(self.history), "--remarks", stdin=subprocess.PIPE)
        await_true("30 acknowledged operations", 20,
                   lambda: self.history.exists() and self.history.read_text().count('"type":"ok"') >= 30)
        self.end(self.members[at])
        time.sleep(0.5)
        driver.stdin.write(b"heal\n")
        driver.stdin.close()
        self.assertEqual(driver.wait(timeout=60), 0)
        self.assert_verdicts({"acknowledged-writes": "held", "linearizable": "held", "recovery:5s": "held"})


if __name__ == "__main__":
    unittest.main()
