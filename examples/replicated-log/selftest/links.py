"""The link between the leader and one follower: a relay that can lose what passes."""
import asyncio


class Link:
    """While it is cut nothing passes, not even that a connection was closed; what was lost on a connection never
    comes, so that connection stays dumb. Connections of later work again."""

    def __init__(self):
        self.is_cut = False
        self.servers = {}
        self.passing = set()  # the writers of connections that work
        self.tasks = set()

    async def open(self, targets):
        """{name: address of who is called}"""
        for name, target in targets.items():
            self.servers[name] = await asyncio.start_server(
                lambda reader, writer, target=target: self.keep(self.accept(reader, writer, target)), "127.0.0.1", 0)

    def keep(self, work):
        task = asyncio.ensure_future(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def address(self, name):
        return f"127.0.0.1:{self.servers[name].sockets[0].getsockname()[1]}"

    def cut(self):
        self.is_cut = True
        self.passing.clear()

    def heal(self):
        self.is_cut = False

    async def close(self):
        for server in self.servers.values():
            server.close()
        for task in self.tasks:
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)

    async def accept(self, reader, writer, target):
        if self.is_cut:
            return await self.swallow(reader)
        try:
            host, port = target.rsplit(":", 1)
            other_reader, other_writer = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.transport.abort()
            return None
        self.passing |= {writer, other_writer}
        return await asyncio.gather(self.pass_on(reader, other_writer), self.pass_on(other_reader, writer))

    async def pass_on(self, reader, writer):
        try:
            while content := await reader.read(1 << 16):
                if writer in self.passing:
                    writer.write(content)
            if writer in self.passing:
                writer.close()
        except OSError:
            if writer in self.passing:
                writer.transport.abort()

    async def swallow(self, reader):
        try:
            while await reader.read(1 << 16):
                pass
        except OSError:
            pass
