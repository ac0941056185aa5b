"""cutset-driver on redis with a replica set and sentinels: what holds without faults, and what a quick restart loses.

Called as redis_test.py CUTSET-DRIVER CUTSET.
"""
import json
import socket
import subprocess
import time
import unittest

from driving import DRIVER, DriverTest, await_true, free_ports, need

REDIS, = need("redis-server")


def ask(port, *words):
    """The raw answer of one command."""
    with socket.create_connection(("127.0.0.1", port), timeout=1) as peer:
        peer.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w.encode()) for w in words))
        return peer.recv(65536).decode()


class Redis(DriverTest):
    def redis(self, port, *options):
        folder = self.folder / str(port)
        folder.mkdir(exist_ok=True)
        # Debian's default: snapshots only, the first after a minute at the earliest.
        return self.start(REDIS, "--port", str(port), "--bind", "127.0.0.1", "--save", "3600 1", "--dir", str(folder),
                          "--repl-diskless-sync-delay", "0", "--repl-ping-replica-period", "1", *options)

    def cluster(self):
        ports = free_ports(6)
        self.servers, self.watchers = ports[:3], ports[3:]
        self.master = self.redis(self.servers[0])
        for port in self.servers[1:]:
            self.redis(port, "--replicaof", "127.0.0.1", str(self.servers[0]))
        for port in self.watchers:
            folder = self.folder / str(port)
            folder.mkdir()
            (folder / "sentinel.conf").write_text(
                f"port {port}\nbind 127.0.0.1\ndir {folder}\nsentinel monitor mymaster 127.0.0.1 {self.servers[0]} 2\n"
                "sentinel down-after-milliseconds mymaster 1000\nsentinel failover-timeout mymaster 3000\n")
            self.start(REDIS, str(folder / "sentinel.conf"), "--sentinel")
        await_true("two replicas in step", 20, lambda: ask(self.servers[0], "INFO", "replication").count("state=online") == 2)
        for port in self.watchers:
            await_true("each sentinel knows the others and the replicas", 20,
                       lambda port=port: "num-slaves\r\n$1\r\n2" in ask(port, "SENTINEL", "master", "mymaster")
                       and "num-other-sentinels\r\n$1\r\n2" in ask(port, "SENTINEL", "master", "mymaster"))

    def workload(self, **operations):
        addresses = [f"127.0.0.1:{port}" for port in self.servers]
        replication = {"resp": ["INFO", "replication"], "at": addresses}
        return self.plan(
            {"resp": {"sentinels": [f"127.0.0.1:{port}" for port in self.watchers]}, "timeout_ms": 500},
            {"clients": 3, "count": 90, "rate": 60, "seed": 5, **operations},
            settle=[{**replication, "kind": "exactly_one", "field": "role", "expected": "master"},
                    {**replication, "kind": "equal", "field": "master_repl_offset"}])

    def test_without_faults_everything_holds(self):
        self.cluster()
        self.drive(self.workload(mix={"write": 2, "read": 1}, keys=2))
        self.assert_verdicts({"acknowledged-writes": "held", "linearizable": "held", "staleness:100ms": "held"})
        self.assertEqual([event["type"] for event in self.events()[1:] if event.get("type") in ("fail",)], [])

    def test_a_master_that_restarts_at_once_loses_writes(self):
        self.cluster()
        plan = self.workload()
        driver = self.start(DRIVER, str(plan), "--history", str(self.history), "--remarks", stdin=subprocess.PIPE)
        await_true("30 acknowledged writes", 20,
                   lambda: self.history.exists() and self.history.read_text().count('"type":"ok"') >= 30)
        driver.stdin.write(b"crash\n")
        driver.stdin.flush()
        self.end(self.master)
        time.sleep(0.1)
        self.redis(self.servers[0])
        await_true("the master is back", 10, lambda: "PONG" in ask(self.servers[0], "PING"))
        driver.stdin.write(b"heal\n")
        driver.stdin.close()
        self.assertEqual(driver.wait(timeout=60), 0)
        judged = self.judge("acknowledged-writes", "recovery:5s")
        lost = judged["acknowledged-writes"]
        self.assertEqual(lost["verdict"], "violated", lost["explanation"])
        # Exactly what was acknowledged before the crash: it came back empty.
        acknowledged = set()
        tokens = {}
        for event in self.events()[1:]:
            if event["f"] == "crash":
                break
            if event["type"] == "invoke":
                tokens[event["process"]] = event["token"]
            elif event["type"] == "ok":
                acknowledged.add(tokens[event["process"]])
        told = {fault["token"] for fault in lost["faults"]}
        self.assertLessEqual(acknowledged, told)
        self.assertGreaterEqual(len(acknowledged), 30)
        self.assertEqual(judged["recovery:5s"]["verdict"], "held", judged["recovery:5s"]["explanation"])
        print(json.dumps(lost["explanation"]))


if __name__ == "__main__":
    unittest.main()
