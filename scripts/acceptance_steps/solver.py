"""The solver's goals, measured by benchmarks/solver/run.py; what is not installed is no failure."""
import json
import pathlib
import subprocess
import sys

from .common import ROOT, row


def solver(context):
    for name in ("make_graphs", "graph_cnf", "tokenise", "certify_run", "solve_run"):
        program = context.program(name)
    try:
        context.program("z3_enumerate")
    except OSError:
        pass  # built only where z3's library is
    answer = context.folder / "solver-benchmark.json"
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks/solver/run.py", pathlib.Path(program).parent, "--json", answer],
        cwd=ROOT, capture_output=True, text=True, timeout=7200, check=False,
    )
    (context.folder / "solver-benchmark.log").write_text(done.stdout + done.stderr)
    rows = json.loads(answer.read_text())["rows"]
    return [row(line["what"], line["goal"], line["measured"], line["reached"] != "NO") for line in rows]
