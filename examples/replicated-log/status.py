"""Has the log settled? status.py ADDRESSES prints "settled", or what the nodes say.

Who refuses connections is dead. Settled: the leader and every living follower have the same entries, of the same epoch,
and none is recovering or behind; with a dead leader nothing moves any more, so two living followers are enough.
"""
import asyncio
import sys

from wire import Closed, Line

DEAD, SILENT = "dead", "silent"
SECONDS = 2.0  # that an answer may take on a busy machine


async def status_of(address):
    try:
        line = await Line.to(address, SECONDS)
        try:
            _, _, state, epoch, length = await line.ask("status", seconds=SECONDS)
            return state, epoch, length
        finally:
            line.close()
    except Closed as why:
        return DEAD if isinstance(why.__cause__, ConnectionRefusedError) else SILENT
    except ValueError:
        return SILENT


def is_settled(answers):
    living = [answer for answer in answers if answer != DEAD]
    if SILENT in living or len(living) < 2:
        return False
    if answers[0] == DEAD:
        return True
    is_quiet = all(state in ("serving", "in-contact") for state, _, _ in living)
    return is_quiet and len({(epoch, length) for _, epoch, length in living}) == 1


async def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    answers = await asyncio.gather(*map(status_of, sys.argv[1].split(",")))
    print("settled" if is_settled(answers) else answers)


if __name__ == "__main__":
    asyncio.run(main())
