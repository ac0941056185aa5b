"""Three nodes on this machine with links that can be cut, and a client that appends to them."""
import asyncio
import pathlib
import random
import signal
import socket
import sys

from links import Link

HERE = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(HERE))
from wire import Closed, Line  # noqa: E402

NO_MAJORITY = "fewer than two nodes live"
LONGEST_START = 30.0  # seconds
LONGEST_SETTLING = 30.0
GAP = 0.02


class Unavailable(Exception):
    """There is nothing to judge: too few nodes live, or they do not come to rest."""


given = set()  # ports


def free_address():
    """Below the ports that the kernel hands out: a node that is down must find its own free again."""
    while True:
        port = random.randrange(10000, 26000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        if port not in given:
            given.add(port)
            return f"127.0.0.1:{port}"


class Cluster:
    def __init__(self, folder, repaired):
        self.folder = pathlib.Path(folder)
        self.repaired = repaired
        self.processes = [None] * 3
        self.tokens = []  # acknowledged
        self.addresses = []
        self.seen_by = []
        self.links = {}

    async def __aenter__(self):
        self.addresses = [free_address() for _ in range(3)]
        for follower in (1, 2):
            self.links[follower] = Link()
            await self.links[follower].open({"down": self.addresses[follower], "up": self.addresses[0]})
        down = [self.links[follower].address("down") for follower in (1, 2)]
        # A follower is known by the address at which the leader calls it, but listens at its own.
        self.seen_by = [[self.addresses[0], *down]]
        for follower in (1, 2):
            seen = [self.links[follower].address("up"), *down]
            self.seen_by.append(seen)
        for node in range(3):
            await self.start(node)
        await self.until(self.is_settled, LONGEST_START)
        return self

    async def __aexit__(self, *_):
        for process in self.processes:
            if process.returncode is None:
                process.kill()
                await process.wait()
        for link in self.links.values():
            await link.close()

    async def start(self, node):
        with open(self.folder / f"{node}.txt", "ab") as output:
            self.processes[node] = await asyncio.create_subprocess_exec(
                sys.executable, "-B", str(HERE / "node.py"), ",".join(self.seen_by[node]), str(node),
                str(self.folder / str(node)), stdout=output, stderr=output,
                env={"REPAIRED": "1" if self.repaired else "0", "LISTEN": self.addresses[node]})

    def alive(self, node):
        return self.processes[node].returncode is None

    async def begin(self, action, node):
        if action == "omit":
            self.links[node].cut()
        elif action == "crash":
            self.processes[node].kill()
            await self.processes[node].wait()
        elif action == "restart":
            await self.start(node)
        else:
            self.processes[node].send_signal(signal.SIGSTOP)

    async def end(self, action, node):
        if action == "omit":
            self.links[node].heal()
        elif self.alive(node):
            self.processes[node].send_signal(signal.SIGCONT)

    async def write(self):
        """Appends until it is cancelled."""
        line, number = None, 0
        while True:
            number += 1
            token = f"token-{number}"
            try:
                line = line or await Line.to(self.addresses[0])
                answer = await line.ask("append", token, seconds=2)
                if answer[0] == "ok":
                    self.tokens.append(token)
            except Closed:
                if line:
                    line.close()
                line = None
            await asyncio.sleep(GAP)

    async def acknowledged(self, count):
        await self.until(lambda: asyncio.sleep(0, len(self.tokens) >= count), LONGEST_START)

    async def answer(self, node, *words):
        if not self.alive(node):
            return None
        try:
            line = await Line.to(self.addresses[node])
            try:
                return await line.ask(*words, seconds=2)
            finally:
                line.close()
        except Closed:
            return None

    async def is_settled(self):
        answers = [await self.answer(node, "status") for node in range(3)]
        living = [answer for answer in answers if answer]
        if len(living) != sum(map(self.alive, range(3))):
            return False
        if answers[0] is None:  # nobody sends any more
            return True
        return len({(answer[3], answer[4]) for answer in living}) == 1 and \
            all(answer[2] in ("serving", "in-contact") for answer in living)

    async def settled_entries(self):
        """The longest log of at least two nodes."""
        if sum(map(self.alive, range(3))) < 2:
            raise Unavailable(NO_MAJORITY)
        await self.until(self.is_settled, LONGEST_SETTLING)
        logs = [await self.answer(node, "read") for node in range(3)]
        return max((log[2:] for log in logs if log), key=len)

    async def until(self, condition, seconds):
        deadline = asyncio.get_running_loop().time() + seconds
        while not await condition():
            if asyncio.get_running_loop().time() > deadline:
                raise Unavailable(f"does not settle: {[await self.answer(n, 'status') for n in range(3)]}")
            await asyncio.sleep(0.05)
