"""A client for cutset-driver: client.py ADDRESSES STORAGE

Reads operations as JSON lines, answers each with one: `add` publishes to a stream with a copy on each server, `read`
gives all messages of the stream. STORAGE is where copies are kept: "file" or "memory".
"""
import base64
import json
import sys

from protocol import Connection, Refused, Unanswered

SECONDS = 1.0  # that an answer may take
STREAM = "writes"


class Client:
    def __init__(self, addresses, storage):
        self.addresses = addresses
        self.storage = storage
        self.next = 0
        self.connection = None
        self.address = ""

    def connect(self):
        if self.connection is None:
            self.address = self.addresses[self.next % len(self.addresses)]
            self.next += 1
            self.connection = Connection(self.address, SECONDS)
        return self.connection

    def disconnect(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def make_stream(self):
        """Changes nothing if there is one already; nor if the servers have no leader yet, then they refuse."""
        wanted = {"name": STREAM, "subjects": [STREAM], "num_replicas": len(self.addresses), "storage": self.storage}
        try:
            self.connect().request(f"$JS.API.STREAM.CREATE.{STREAM}", json.dumps(wanted))
        except (Refused, Unanswered):
            self.disconnect()

    def perform(self, operation):
        try:
            if operation["f"] == "add":
                return self.publish(operation["value"])
            if operation["f"] == "read":
                return {"type": "ok", "value": self.messages()}
            return {"type": "fail", "error": f"no operation {operation['f']}"}
        except Refused as why:
            self.disconnect()
            self.make_stream()
            return {"type": "fail", "error": str(why)}
        except Unanswered as why:
            self.disconnect()
            return {"type": "info", "error": str(why)}

    def publish(self, value):
        answer = self.connect().request(STREAM, value)
        if "error" in answer:
            return {"type": "info", "error": answer["error"].get("description", "error")}
        return {"type": "ok"}

    def messages(self):
        state = self.ask("STREAM.INFO", "")["state"]
        values = []
        for sequence in range(state["first_seq"], state["last_seq"] + 1):
            message = self.ask("STREAM.MSG.GET", json.dumps({"seq": sequence}))["message"]
            values.append(base64.b64decode(message.get("data", "")).decode())
        return values

    def ask(self, what, payload):
        answer = self.connect().request(f"$JS.API.{what}.{STREAM}", payload)
        if "error" in answer:
            raise Refused(answer["error"].get("description", "error"))
        return answer


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    client = Client(sys.argv[1].split(","), sys.argv[2])
    for text in sys.stdin:
        operation = json.loads(text)
        answer = client.perform(operation)
        told = {"process": operation["process"], "f": operation["f"], "endpoint": client.address, **answer}
        print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
