"""examples/replicated-log: what was appended can be read, also after all nodes were killed and started again."""
import sys

import example

FOLDER = example.ROOT / "replicated-log"


class ReplicatedLog(example.Example):
    def start_nodes(self):
        for slot in range(3):
            self.start(f"node-{slot}", sys.executable, "-B", str(FOLDER / "node.py"), ",".join(self.addresses), str(slot),
                       "{data}")

    def restart(self):
        self.stop_all()
        self.start_nodes()

    def test_it_serves_and_keeps_what_it_acknowledged(self):
        self.addresses = example.free_addresses(3)
        self.start_nodes()
        perform = self.client(sys.executable, "-B", str(FOLDER / "client.py"), ",".join(self.addresses))
        self.check_set(perform, self.restart)


if __name__ == "__main__":
    example.main()
