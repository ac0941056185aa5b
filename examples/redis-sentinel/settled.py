"""Has it settled? settled.py REDIS SENTINELS (addresses, commas between) prints "settled", or what is missing.

Who refuses connections is dead and not asked for more; who does not answer is not settled. All others must agree on one
master, have all of its writes, and confirm one more: before their first confirmation equal offsets say nothing
(README.md).
"""
import socket
import sys

SECONDS = 0.5


class Waiting(Exception):
    """What is missing."""


class Server:
    """One connection; answers are texts, numbers as texts, or lists of these."""

    def __init__(self, address):
        self.address = address
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), timeout=SECONDS)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def ask(self, *words):
        self.socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w.encode()) for w in words))
        return self.answer()

    def answer(self):
        line = self.file.readline().decode()
        kind, text = line[:1], line[1:].strip()
        if kind in ("+", ":"):
            return text
        if kind == "$":
            return self.file.read(int(text) + 2)[:-2].decode() if int(text) >= 0 else ""
        if kind == "*":
            return [self.answer() for _ in range(int(text))]
        raise Waiting(f"{self.address} says: {line.strip() or 'nothing'}")

    def replication(self):
        lines = self.ask("INFO", "replication").splitlines()
        return dict(line.split(":", 1) for line in lines if ":" in line)


def living(addresses):
    servers = []
    for address in addresses.split(","):
        try:
            servers.append(Server(address))
        except ConnectionRefusedError:
            pass
    return servers


def check_servers(servers):
    """The master."""
    told = [(server, server.replication()) for server in servers]
    masters = [(server, info) for server, info in told if info["role"] == "master"]
    if len(masters) != 1:
        raise Waiting(f"{len(masters)} masters")
    master, its = masters[0]
    for server, info in told:
        if server is master:
            continue
        follows = f"{info['master_host']}:{info['master_port']}"
        if follows != master.address or info["master_link_status"] != "up":
            raise Waiting(f"{server.address} follows {follows}, link {info['master_link_status']}")
        if info["slave_repl_offset"] != its["master_repl_offset"]:
            raise Waiting(f"{server.address} is at {info['slave_repl_offset']}, the master at {its['master_repl_offset']}")
    return master


def check_sentinels(sentinels, master):
    for sentinel in sentinels:
        fields = sentinel.ask("SENTINEL", "MASTER", "main")
        told = dict(zip(fields[::2], fields[1::2]))
        if f"{told['ip']}:{told['port']}" != master.address or told["flags"] != "master":
            raise Waiting(f"{sentinel.address} holds {told['ip']}:{told['port']} for the master, {told['flags']}")


def check_confirmed(servers, master):
    master.ask("SET", "settled", "yes")
    confirmed = master.ask("WAIT", str(len(servers) - 1), str(int(SECONDS * 500)))
    if int(confirmed) < len(servers) - 1:
        raise Waiting(f"{confirmed} replicas confirm a write")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    try:
        servers, sentinels = living(sys.argv[1]), living(sys.argv[2])
        master = check_servers(servers)
        check_sentinels(sentinels, master)
        check_confirmed(servers, master)
        print("settled")
    except (Waiting, OSError, ValueError, KeyError) as why:
        print(str(why) or type(why).__name__)


if __name__ == "__main__":
    main()
