#!/usr/bin/env python3
"""docs/teaching.md says what is true: answers in it are those of golden.json, commands in it answer as shown.

    teaching_test.py CUTSET [--update]

A block that begins with the name of a model has the answers to all rows of that model. A block that begins with
"$ cutset" is run and compared; times are not. A line "..." in a block stands for any lines. --update writes what
is true into the blocks; what a block left out by "..." has to be left out again by hand.
"""
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs/teaching.md"
GOLDEN = json.loads((ROOT / "tests/models/golden.json").read_text())
BLOCK = re.compile(r"^```\n((?:\$ cutset |models/)[^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
TIME = re.compile(r"\b[0-9.]+ ?(?:ns|us|ms|s)\b")


def answers_of(model):
    """The rows of a model, each with its minimal fault sets."""
    lines = []
    for row in GOLDEN[model.removeprefix("models/")]:
        parameters = " ".join(word for word in row["row"].split() if not word.startswith(("nodes=", "expect=")))
        lines.append(f"  {parameters}: {row['verdict']}" + (" by" if row["minimal"] else ""))
        lines += ["    " + ", ".join(faults) for faults in row["minimal"]]
    return "".join(line + "\n" for line in lines)


def output_of(program, command):
    words = shlex.split(command)[2:]
    done = subprocess.run([program, *words], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True, timeout=120, check=False,
                          env={**os.environ, "NO_COLOR": "1", "COLUMNS": "100"})
    return done.stdout


def first_difference(shown, true):
    """What the block has and the truth has not, or has elsewhere; None if there is nothing."""
    true = [TIME.sub("TIME", line.rstrip()) for line in true.splitlines()]
    place, anywhere = 0, False
    for line in (TIME.sub("TIME", line.rstrip()) for line in shown.splitlines()):
        if line.strip() == "...":
            anywhere = True
            continue
        end = len(true) if anywhere else place + 1
        found = next((i for i in range(place, min(end, len(true))) if true[i] == line), None)
        if found is None:
            return line
        place, anywhere = found + 1, False
    return None if anywhere or place == len(true) else f"(nothing more, where {true[place]!r} follows)"


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    program = str(pathlib.Path(sys.argv[1]).resolve())
    text, wrong = PAGE.read_text(), 0
    for link in LINK.findall(text):
        if not (PAGE.parent / link).exists():
            print(f"{PAGE.name}: {link} is not there")
            wrong += 1
    blocks = BLOCK.findall(text)
    for head, shown in blocks:
        true = answers_of(head) if head.startswith("models/") else output_of(program, head)
        if "--update" in sys.argv[2:]:
            text = text.replace(f"```\n{head}\n{shown}```", f"```\n{head}\n{true}```")
        elif (line := first_difference(shown, true)) is not None:
            print(f"{head}: the page has\n    {line}\nbut this is true:\n{true}")
            wrong += 1
    if "--update" in sys.argv[2:]:
        PAGE.write_text(text)
    print(f"{len(blocks)} blocks, {wrong} differences")
    return 1 if wrong or len(blocks) < 10 else 0


if __name__ == "__main__":
    sys.exit(main())
