"""A node of the replicated log: node.py ADDRESSES SLOT FOLDER

ADDRESSES are "host:port" of the three nodes, commas between them; this one is number SLOT and the leader if that is 0.
In the environment: LISTEN=host:port where it listens, if not there; REPAIRED=1 takes the planted bug out.
"""
import asyncio
import os
import sys

from follower import Follower
from leader import Leader
from storage import Log
from wire import Closed, Line, LONGEST_LINE


async def serve_client(node, line, words):
    """append TOKEN | read | status"""
    if words[0] == "append":
        if node.role != "leader" or not node.serving:
            line.send("refused", node.role, node.state())
            return
        index = await node.append(words[1])
        line.send(*(["ok", index] if index else ["unknown", "no-majority"]))
    elif words[0] == "read":
        line.send("log", len(node.log.entries), *(token for _, token in node.log.entries))
    elif words[0] == "status":
        line.send("status", node.role, node.state(), node.epoch, len(node.log.entries))


async def serve(node, reader, writer):
    line = Line(reader, writer)
    try:
        while True:
            words = await line.receive()
            if not words:
                continue
            if words[0] in ("append", "read", "status"):
                await serve_client(node, line, words)
            else:
                await node.serve(line, words)
    except (Closed, IndexError, ValueError):
        pass
    finally:
        line.close()


async def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    addresses, slot, log = sys.argv[1].split(","), int(sys.argv[2]), Log(sys.argv[3])
    if slot == 0:
        node = Leader(log, addresses[1:], repaired=os.environ.get("REPAIRED") == "1")
    else:
        node = Follower(log, addresses[0], addresses[slot])
    host, port = os.environ.get("LISTEN", addresses[slot]).rsplit(":", 1)
    server = await asyncio.start_server(lambda *pair: serve(node, *pair), host, int(port), limit=LONGEST_LINE)
    async with server:
        await node.run()


if __name__ == "__main__":
    asyncio.run(main())
