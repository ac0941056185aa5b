"""Lines over TCP: what leader, followers and clients say to each other (README.md lists it)."""
import asyncio
import socket
import struct

PATIENCE = 0.3  # seconds that the leader waits for a follower before it goes on without it
LONGEST_LINE = 1 << 16


class Closed(Exception):
    """The other side is gone, or does not answer in time."""


class Line:
    """One connection."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    @classmethod
    async def to(cls, address, seconds=PATIENCE):
        host, port = address.rsplit(":", 1)
        try:
            opened = asyncio.open_connection(host, int(port), limit=LONGEST_LINE)
            return cls(*await asyncio.wait_for(opened, seconds))
        except (OSError, asyncio.TimeoutError) as error:
            raise Closed(f"{address}: {error or 'no answer'}") from error

    def send(self, *words):
        self.writer.write((" ".join(map(str, words)) + "\n").encode())

    async def receive(self, seconds=None):
        """The words of the next line."""
        try:
            line = await asyncio.wait_for(self.reader.readline(), seconds)
        except (OSError, ValueError, asyncio.TimeoutError) as error:
            raise Closed(str(error) or "no answer") from error
        if not line.endswith(b"\n"):
            raise Closed("closed")
        return line.decode(errors="replace").split()

    async def ask(self, *words, seconds=PATIENCE):
        self.send(*words)
        return await self.receive(seconds)

    def close(self):
        self.writer.close()

    def abort(self):
        """Closes at once; what was not delivered yet never will be."""
        if self.writer.transport.is_closing():
            return
        self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()
