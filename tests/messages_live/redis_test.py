#!/usr/bin/env python3
"""Redis nodes for real: what is concluded from their traffic is what redis is known to do.

    redis_test.py RECORD-PROGRAM SHOW-PROGRAM
"""
import pathlib
import re
import subprocess
import sys
import tempfile

EXPECTED = {
    # Asynchronous replication: each replica's copy rests on the link from the leader.
    "plain": ["acknowledged writes without a copy: 0 of 15\n  15 writes (cst-00001 to cst-00015)\n    at a: client -> a\n"
              "    at b: client -> a -> b\n    at c: client -> a -> c\n"],
    # A master that comes back empty replaces the replicas' copies.
    "restart": ["acknowledged writes without a copy: 15 of 15\n",
                "lost: a: lost with its node; b: replaced by a; c: replaced by a\n",
                "copied again", "0 writes kept, 15 removed"],
}


def main():
    record, show = sys.argv[1:]
    script = pathlib.Path(__file__).with_name("redis_record.py")
    with tempfile.TemporaryDirectory(prefix="cutset-messages-") as folder:
        for scenario, lines in EXPECTED.items():
            file = f"{folder}/{scenario}.json"
            ended = subprocess.run([sys.executable, script, record, file, scenario], timeout=120)
            if ended.returncode == 77:
                sys.exit(77)
            if ended.returncode != 0:
                sys.exit(f"{scenario}: the recording ended with {ended.returncode}")
            text = subprocess.run([show, file], check=True, capture_output=True, text=True).stdout
            for line in lines:
                if line not in text:
                    sys.exit(f"{scenario}: expected\n{line}\nin\n{text}")
            if re.search(r"^incomplete", text, re.MULTILINE):
                sys.exit(f"{scenario}: the capture lost packets\n{text}")


if __name__ == "__main__":
    main()
