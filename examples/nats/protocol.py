"""The protocol of NATS, as much as a client of JetStream needs: lines and payloads over TCP, requests with answers."""
import json
import os
import socket
import time

LONGEST_PAYLOAD = 8 << 20


class Unanswered(Exception):
    """Nobody answers, or not in time; whether the request was carried out is not known."""


class Refused(Exception):
    """It was certainly not carried out."""


class Connection:
    """One connection; every call ends within `seconds`."""

    def __init__(self, address, seconds):
        host, port = address.rsplit(":", 1)
        self.seconds = seconds
        self.inbox = "_INBOX." + os.urandom(8).hex()
        self.requests = 0
        self.rest = b""
        try:
            self.socket = socket.create_connection((host, int(port)), timeout=seconds)
        except OSError as why:
            raise Refused(f"{address}: {why}") from why
        try:
            self.deadline = time.monotonic() + seconds
            self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._line()  # INFO
            options = {"verbose": False, "headers": True, "no_responders": True}
            self._send(f"CONNECT {json.dumps(options)}\r\nSUB {self.inbox}.* 1\r\nPING\r\n")
            while self._line() != "PONG":
                pass
        except (OSError, Unanswered) as why:
            self.close()
            raise Refused(f"{address}: {why}") from why

    def close(self):
        self.socket.close()

    def request(self, subject, payload):
        """The answer, read as JSON."""
        self.deadline = time.monotonic() + self.seconds
        self.requests += 1
        own = f"{self.inbox}.{self.requests}"
        content = payload.encode()
        try:
            self._send(f"PUB {subject} {own} {len(content)}\r\n{payload}\r\n")
            while True:
                words = self._line().split()
                if words[:1] == ["PING"]:
                    self._send("PONG\r\n")
                elif words[:1] == ["-ERR"]:
                    raise Unanswered(" ".join(words))
                elif words[:1] in (["MSG"], ["HMSG"]):
                    answer = self._bytes(int(words[-1]) + 2)[:-2]
                    if words[1] == own:
                        if words[0] == "HMSG":  # only the server's own "503", nobody listens
                            raise Refused(answer.decode(errors="replace").split("\r\n", maxsplit=1)[0])
                        return json.loads(answer)
        except (OSError, ValueError) as why:
            raise Unanswered(str(why) or "no answer") from why

    def _send(self, text):
        self.socket.sendall(text.encode())

    def _receive(self):
        self.socket.settimeout(max(0.001, self.deadline - time.monotonic()))
        content = self.socket.recv(1 << 16)
        if not content:
            raise Unanswered("the connection was closed")
        self.rest += content
        if len(self.rest) > LONGEST_PAYLOAD:
            raise Unanswered("an answer that is too long")

    def _line(self):
        while b"\r\n" not in self.rest:
            self._receive()
        line, self.rest = self.rest.split(b"\r\n", 1)
        return line.decode(errors="replace")

    def _bytes(self, count):
        while len(self.rest) < count:
            self._receive()
        content, self.rest = self.rest[:count], self.rest[count:]
        return content
