"""A client that can be watched: writer.py REDIS SENTINELS SECONDS (addresses with commas between)

Writes unique values for so many seconds, to whom the sentinels name as master, and says "acknowledged 50" and so on;
then waits until all has settled, reads everything back, and says how many of the acknowledged writes are lost.
"""
import itertools
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from settled import check_confirmed, check_sentinels, check_servers, living, Server, Waiting  # noqa: E402

GAP = 0.01
LONGEST_SETTLING = 60


def say(text):
    print(text, flush=True)


def master_of(sentinel):
    server = Server(sentinel)
    try:
        return ":".join(server.ask("SENTINEL", "get-master-addr-by-name", "main"))
    finally:
        server.close()


def settle(redis, sentinels):
    """The master."""
    deadline = time.monotonic() + LONGEST_SETTLING
    while True:
        try:
            servers = living(redis)
            master = check_servers(servers)
            check_sentinels(living(sentinels), master)
            check_confirmed(servers, master)
            return master
        except (Waiting, OSError, ValueError, KeyError) as why:
            if time.monotonic() > deadline:
                say(f"not settled: {why}")
                sys.exit(1)
            time.sleep(0.05)


def write(sentinels, seconds):
    """{key: value} of what was acknowledged."""
    acknowledged, master = {}, None
    turn = itertools.cycle(sentinels.split(","))
    end = time.monotonic() + seconds
    for number in itertools.count(1):
        if time.monotonic() > end:
            return acknowledged
        try:
            master = master or Server(master_of(next(turn)))
            master.ask("SET", f"key-{number}", f"value-{number}")
            acknowledged[f"key-{number}"] = f"value-{number}"
            if len(acknowledged) % 50 == 0:
                say(f"acknowledged {len(acknowledged)}")
        except (Waiting, OSError, ValueError):
            if master:
                master.close()
            master = None
        time.sleep(GAP)


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    redis, sentinels, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    say(f"settled, {settle(redis, sentinels).address} is the master")
    acknowledged = write(sentinels, seconds)
    master = settle(redis, sentinels)
    lost = [key for key, value in acknowledged.items() if master.ask("GET", key) != value]
    say(f"{master.address} is the master; lost {len(lost)} of {len(acknowledged)} acknowledged writes")


if __name__ == "__main__":
    main()
