"""A follower: it keeps what the leader sends, and tells a leader that comes back what it has.

`in_contact` is its own opinion: caught up by the leader in this life, and since then neither asleep for longer than
the leader's patience nor cut off by a leader that still lives. Only then is its log worth a leader's trust.
"""
import asyncio
import time

from wire import Closed, Line, PATIENCE

TICK = 0.05


class Follower:
    role = "follower"

    def __init__(self, log, leader, address):
        self.log = log
        self.leader = leader    # its address
        self.address = address  # by which the leader knows this node
        self.epoch = 0
        self.stream = None  # the connection on which the leader sends entries
        self.in_contact = False
        self.awake = time.monotonic()

    async def run(self):
        asyncio.ensure_future(self.call_the_leader())
        while True:
            self.look_at_the_clock()
            await asyncio.sleep(TICK)

    def look_at_the_clock(self):
        now = time.monotonic()
        if now - self.awake > PATIENCE:
            self.in_contact = False
            asyncio.ensure_future(self.call_the_leader())
        self.awake = now

    async def call_the_leader(self):
        """"Send me what I missed." A leader that does not answer is dead, for all that one can know from here."""
        try:
            line = await Line.to(self.leader)
            line.send("missed", self.address)
            line.close()
        except Closed:
            pass

    def state(self):
        return "in-contact" if self.in_contact else "behind"

    async def serve(self, line, words):
        """The first line of a connection that is no client's."""
        self.look_at_the_clock()
        if words[0] == "recovering":
            last_epoch = self.log.entries[-1][0] if self.log.entries else 0
            line.send("have", len(self.log.entries), last_epoch, self.state())
        elif words[0] == "lead" and int(words[1]) >= self.epoch:
            await self.follow(line, int(words[1]))

    async def follow(self, line, epoch):
        if self.stream:
            self.stream.abort()
        self.epoch, self.stream = epoch, line
        last_epoch = self.log.entries[-1][0] if self.log.entries else 0
        line.send("have", len(self.log.entries), last_epoch)
        try:
            while True:
                words = await line.receive()
                if self.stream is not line:
                    return
                self.look_at_the_clock()
                if words[0] == "keep":
                    self.log.truncate(int(words[1]))
                elif words[0] == "entry" and int(words[1]) == len(self.log.entries) + 1:
                    line.send("stored", self.log.append(int(words[2]), words[3]))
                elif words[0] == "caught-up":
                    self.in_contact = True
        except Closed:
            if self.stream is line:
                self.stream = None
                await self.call_the_leader()
