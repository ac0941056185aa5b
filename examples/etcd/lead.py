"""Makes the first member the leader: lead.py ADDRESSES (commas between). Exit code 0 once all members say that it is.

Who leads a new cluster is chance; an experiment "isolate the leader" needs to know.
"""
import http.client
import json
import sys

SECONDS = 0.5


def ask(address, path, question):
    connection = http.client.HTTPConnection(address, timeout=SECONDS)
    try:
        connection.request("POST", path, json.dumps(question))
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    addresses = sys.argv[1].split(",")
    try:
        told = [ask(address, "/v3/maintenance/status", {}) for address in addresses]
        ids = [status["header"]["member_id"] for status in told]
        leaders = [status.get("leader", "0") for status in told]
        if set(leaders) == {ids[0]}:
            return
        if len(set(leaders)) == 1 and leaders[0] in ids:
            ask(addresses[ids.index(leaders[0])], "/v3/maintenance/transfer-leadership", {"targetID": ids[0]})
    except (OSError, ValueError, KeyError, http.client.HTTPException) as why:
        print(why, file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    main()
