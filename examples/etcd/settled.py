"""Has it settled? settled.py ADDRESSES (commas between) prints "settled", or what is missing.

Who refuses connections is dead and not asked for more; who does not answer is not settled. All others must know the same
leader and have applied the same entries.
"""
import http.client
import json
import sys

SECONDS = 0.5


def status_of(address):
    """None: dead."""
    connection = http.client.HTTPConnection(address, timeout=SECONDS)
    try:
        connection.request("POST", "/v3/maintenance/status", "{}")
        status = json.loads(connection.getresponse().read())
        return status.get("leader", "0"), status.get("raftIndex", "0"), status.get("raftAppliedIndex", "0")
    except ConnectionRefusedError:
        return None
    finally:
        connection.close()


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    try:
        told = [status for status in map(status_of, sys.argv[1].split(",")) if status]
    except (OSError, ValueError, http.client.HTTPException) as why:
        print(str(why) or type(why).__name__)
        return
    is_settled = len(set(told)) == 1 and told[0][0] != "0" and told[0][1] == told[0][2]
    print("settled" if is_settled else f"leader, index, applied: {told}")


if __name__ == "__main__":
    main()
