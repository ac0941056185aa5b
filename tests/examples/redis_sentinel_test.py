"""examples/redis-sentinel: what was written to the master is on its replicas, and sentinels replace a dead master."""
import subprocess

import example

FOLDER = example.ROOT / "redis-sentinel"


def ask(address, *words):
    host, port = address.split(":")
    asked = subprocess.run(["redis-cli", "-h", host, "-p", port, *words], capture_output=True, text=True, timeout=5,
                           check=False)
    return asked.stdout.strip()


class RedisSentinel(example.Example):
    def setUp(self):
        super().setUp()
        addresses = example.free_addresses(6)
        self.redis, self.sentinels = addresses[:3], addresses[3:]
        for slot, address in enumerate(self.redis):
            self.start(f"redis-{slot}", str(FOLDER / "start-redis"), "{data}", address, self.redis[0])
        for slot, address in enumerate(self.sentinels):
            self.start(f"sentinel-{slot}", str(FOLDER / "start-sentinel"), "{data}", address, ",".join(self.redis),
                       ",".join(self.sentinels))

    def master_of(self, sentinel):
        host_port = ask(sentinel, "SENTINEL", "get-master-addr-by-name", "main").split()
        return ":".join(host_port)

    def test_it_serves_and_fails_over(self):
        for sentinel in self.sentinels:
            self.until("a quorum", lambda s=sentinel: ask(s, "SENTINEL", "CKQUORUM", "main").startswith("OK 3 usable"))
            self.assertEqual(self.master_of(sentinel), self.redis[0])
        self.until("a write", lambda: ask(self.redis[0], "SET", "key", "value") == "OK")
        for replica in self.redis[1:]:
            self.until("a copy", lambda r=replica: ask(r, "GET", "key") == "value")
        self.kill("redis-0")
        masters = self.until("a new master that all agree on", lambda: self.agreed_on())
        self.assertIn(masters, self.redis[1:])
        self.assertEqual(ask(masters, "GET", "key"), "value")

    def agreed_on(self):
        masters = {self.master_of(sentinel) for sentinel in self.sentinels}
        return masters.pop() if len(masters) == 1 and self.redis[0] not in masters else None


if __name__ == "__main__":
    example.main("redis-server", "redis-sentinel", "redis-cli")
