"""The leader: clients append here. It is given, there is no election.

An entry is acknowledged when every follower has stored it, or when one has and the other did not within PATIENCE:
then a majority of the three nodes has it. A follower that was too slow is left out, until it calls or SECOND_CALL is
over; then it is sent what it missed.
"""
import asyncio

from wire import Closed, Line, PATIENCE

SECOND_CALL = 3.0  # seconds until a follower that was left out is called again
RETRY = 0.05       # until one is called again that never answered: it is starting


class Peer:
    """A follower as the leader sees it."""

    def __init__(self, address):
        self.address = address
        self.line = None  # not None: it has everything, and gets each entry
        self.stored = 0   # the last index that it confirmed
        self.news = asyncio.Event()
        self.call = asyncio.Event()


class Leader:
    role = "leader"

    def __init__(self, log, followers, repaired=False):
        self.log = log
        self.peers = [Peer(address) for address in followers]
        self.repaired = repaired
        self.epoch = log.next_epoch()
        self.serving = False
        self.order = asyncio.Lock()  # entries go out one after the other

    async def run(self):
        while not await self.recover():
            await asyncio.sleep(RETRY)
        self.serving = True
        await asyncio.gather(*(self.look_after(peer) for peer in self.peers))

    def state(self):
        return "serving" if self.serving else "recovering"

    async def serve(self, _line, words):
        if words[0] == "missed":
            for peer in self.peers:
                if peer.address == words[1] and peer.line:
                    peer.line.send("caught-up")  # it was away for a while, and everything waits on the connection
                elif peer.address == words[1]:
                    peer.call.set()

    # What was written but not acknowledged when the leader died should not come to light later: the leader drops what
    # the followers do not have. It believes the first of them that was in contact all the time.
    #
    # The planted bug: a follower whose messages were omitted may believe so and be wrong, and what it lacks was
    # acknowledged because of the other one. Repaired: what a leader wrote it keeps.
    async def recover(self):
        answers = []
        for peer in self.peers:
            try:
                line = await Line.to(peer.address)
                _, length, _, state = await line.ask("recovering", self.epoch)
                line.close()
            except (Closed, ValueError):
                continue
            answers.append((int(length), state))
            if state == "in-contact" and not self.repaired:
                self.log.truncate(int(length))
                return True
        return bool(answers)  # nobody is sure: what the leader has itself is the longest

    async def append(self, token):
        """The index, or None: no majority has it now (it may have it later)."""
        async with self.order:
            index = self.log.append(self.epoch, token)
            asked = [peer for peer in self.peers if peer.line]
            for peer in asked:
                peer.line.send("entry", index, self.epoch, token)
            await asyncio.gather(*(self.await_stored(peer, index) for peer in asked))
            return index if any(peer.stored >= index for peer in asked) else None

    async def await_stored(self, peer, index):
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while peer.line and peer.stored < index:
            peer.news.clear()
            try:
                await asyncio.wait_for(peer.news.wait(), deadline - asyncio.get_running_loop().time())
            except asyncio.TimeoutError:
                peer.line.abort()
                peer.line = None

    async def look_after(self, peer):
        pause = RETRY
        while True:
            peer.call.clear()
            line = None
            try:
                line = await Line.to(peer.address)
                await self.catch_up(peer, line)
                pause = SECOND_CALL
                await self.listen(peer, line)
            except (Closed, ValueError):
                if line:
                    line.abort()
            peer.line = None
            peer.news.set()
            try:
                await asyncio.wait_for(peer.call.wait(), pause)
            except asyncio.TimeoutError:
                pass

    async def catch_up(self, peer, line):
        _, length, epoch = await line.ask("lead", self.epoch)
        async with self.order:
            common = self.log.common_with(int(length), int(epoch))
            line.send("keep", common)
            for index, (entry_epoch, token) in enumerate(self.log.entries[common:], common + 1):
                line.send("entry", index, entry_epoch, token)
            line.send("caught-up")
            peer.stored, peer.line = common, line

    async def listen(self, peer, line):
        while peer.line is line:
            words = await line.receive()
            if words[0] == "stored":
                peer.stored = int(words[1])
                peer.news.set()
