"""The fault storm (benchmarks/agent/storm): after random kills of controller and agents nothing of ours is left."""
import json
import subprocess
import sys

from .common import ROOT, row

ROUNDS = 200


def storm(context):
    kept = context.folder / "storm.jsonl"
    if context.again:
        kept.unlink(missing_ok=True)
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks/agent/storm/storm.py", context.program("cutset"), context.program("cutset-agent"),
         "--rounds", str(ROUNDS), "--keep", kept], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        check=False)
    print(done.stdout, flush=True)
    results = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    bad = [str(result["seed"]) for result in results if not result["ok"]]
    summary = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "no round was played"
    return [row("storm: random schedules, kill -9 at random", f"{ROUNDS} rounds, nothing left, nothing foreign changed",
                summary + (f"; rounds {', '.join(bad)}" if bad else ""),
                done.returncode == 0 and len(results) >= ROUNDS and not bad)]
