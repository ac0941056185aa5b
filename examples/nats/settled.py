"""Has it settled? settled.py ADDRESSES STORAGE (commas between addresses) prints "settled", or what is missing.

Makes the stream if there is none: its servers accept messages only then. Who refuses connections is dead and not asked
for more; who does not answer is not settled. All others must name the same leader and hold the same messages, and the
leader must say that their copies are current.
"""
import http.client
import json
import sys

from client import Client, STREAM
from protocol import Refused, Unanswered

SECONDS = 1.0
OFFSET = 4000  # from a server's port for clients to that at which it tells about itself


def stream_at(address):
    """What a server says of its copy; None: dead."""
    host, port = address.rsplit(":", 1)
    connection = http.client.HTTPConnection(f"{host}:{int(port) + OFFSET}", timeout=SECONDS)
    try:
        connection.request("GET", "/jsz?streams=true")
        accounts = json.loads(connection.getresponse().read()).get("account_details", [])
        streams = [stream for account in accounts for stream in account.get("stream_detail", [])]
        return next((stream for stream in streams if stream["name"] == STREAM), {})
    except ConnectionRefusedError:
        return None
    finally:
        connection.close()


def is_settled(addresses, client):
    copies = [copy for copy in map(stream_at, addresses) if copy is not None]
    if not all(copies):
        client.make_stream()
        return False
    views = {(copy["state"]["last_seq"], copy["state"]["messages"], copy.get("cluster", {}).get("leader")) for copy in copies}
    if len(views) != 1 or None in views.pop():
        return False
    replicas = client.ask("STREAM.INFO", "")["cluster"].get("replicas", [])
    return sum(replica["current"] for replica in replicas) >= len(copies) - 1


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    addresses = sys.argv[1].split(",")
    try:
        print("settled" if is_settled(addresses, Client(addresses, sys.argv[2])) else "copies differ")
    except (OSError, ValueError, KeyError, http.client.HTTPException, Refused, Unanswered) as why:
        print(str(why) or type(why).__name__)


if __name__ == "__main__":
    main()
