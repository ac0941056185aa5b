"""examples/nats: what was published can be read, also after the stream's servers were killed and started again."""
import sys

import example

FOLDER = example.ROOT / "nats"


class Nats(example.Example):
    def start_servers(self):
        for slot in range(3):
            self.start(f"server-{slot}", str(FOLDER / "start-nats"), "{data}", str(slot), ",".join(self.addresses))

    def restart(self):
        self.stop_all()
        self.start_servers()

    def test_it_serves_and_keeps_what_it_acknowledged(self):
        self.addresses = example.free_addresses(3, 2000, 4000)
        self.start_servers()
        perform = self.client(sys.executable, "-B", str(FOLDER / "client.py"), ",".join(self.addresses), "file")
        self.check_set(perform, self.restart)


if __name__ == "__main__":
    example.main("nats-server")
