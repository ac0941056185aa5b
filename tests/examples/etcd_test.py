"""examples/etcd: written through one member, read through another, also after all were killed and started again."""
import base64
import json
import urllib.request

import example

FOLDER = example.ROOT / "etcd"


def ask(address, path, **fields):
    request = urllib.request.Request(f"http://{address}{path}", json.dumps(fields).encode())
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.load(answer)


def coded(text):
    return base64.b64encode(text.encode()).decode()


class Etcd(example.Example):
    def start_members(self):
        for slot in range(3):
            self.start(f"member-{slot}", str(FOLDER / "start-etcd"), "{data}", str(slot), ",".join(self.addresses))

    def value_at(self, address):
        found = ask(address, "/v3/kv/range", key=coded("key")).get("kvs", [])
        return found[0]["value"] if found else None

    def test_it_serves_and_keeps_what_it_acknowledged(self):
        self.addresses = example.free_addresses(3, 1)
        self.start_members()
        self.until("a write", lambda: ask(self.addresses[0], "/v3/kv/put", key=coded("key"), value=coded("value")))
        self.until("a read", lambda: self.value_at(self.addresses[1]) == coded("value"))
        self.stop_all()
        self.start_members()
        self.until("a read after the restart", lambda: self.value_at(self.addresses[2]) == coded("value"))


if __name__ == "__main__":
    example.main("etcd")
