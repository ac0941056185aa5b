"""A client for cutset-driver: client.py ADDRESSES

Reads operations as JSON lines, answers each with one: `add` appends to the leader, `read` gives the longest log of at
least two nodes (an acknowledged entry is on two of three).
"""
import asyncio
import json
import sys

from wire import Closed, Line

PATIENCE = 1.5  # seconds


class Client:
    def __init__(self, addresses):
        self.addresses = addresses
        self.leader = None

    async def perform(self, operation):
        if operation["f"] == "add":
            return await self.append(operation["value"])
        if operation["f"] == "read":
            return await self.read()
        return {"type": "fail", "error": f"no operation {operation['f']}"}

    async def append(self, token):
        try:
            self.leader = self.leader or await Line.to(self.addresses[0], PATIENCE)
        except Closed as why:
            return {"type": "fail", "error": str(why)}
        try:
            answer = await self.leader.ask("append", token, seconds=PATIENCE)
        except Closed as why:
            self.leader.close()
            self.leader = None
            return {"type": "info", "error": str(why)}
        if answer[0] == "ok":
            return {"type": "ok"}
        return {"type": "fail" if answer[0] == "refused" else "info", "error": " ".join(answer)}

    async def read(self):
        logs = await asyncio.gather(*map(self.log_of, self.addresses))
        answers = [(log, address) for log, address in zip(logs, self.addresses) if log is not None]
        if len(answers) < 2:
            return {"type": "fail", "error": f"{len(answers)} of {len(self.addresses)} nodes answer"}
        longest, address = max(answers, key=lambda answer: len(answer[0]))
        return {"type": "ok", "value": longest, "endpoint": address}

    async def log_of(self, address):
        try:
            line = await Line.to(address, PATIENCE)
            try:
                return (await line.ask("read", seconds=PATIENCE))[2:]
            finally:
                line.close()
        except Closed:
            return None


async def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    client = Client(sys.argv[1].split(","))
    loop = asyncio.get_running_loop()
    while text := await loop.run_in_executor(None, sys.stdin.readline):
        operation = json.loads(text)
        answer = await client.perform(operation)
        print(json.dumps({"process": operation["process"], "f": operation["f"], **answer}), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
