#!/usr/bin/env python3
"""Measures the solver against its references, in one run, and prints one table: what, goal, measured, reached.

    benchmarks/solver/run.py PROGRAMS [--json FILE] [--only WORD,...] [--times N] [--graphs FOLDER]

PROGRAMS is the folder with the built programs (build/release/benchmarks/solver; target solver_benchmark). All times
are CPU times of processes of their own, medians of --times runs (5). References: --method=plain (one formula, one
counter, blocking clauses: the classic way), a fixed tokeniser of the same file, and z3, cryptominisat and scram where
they are installed (`scripts/setup bench`). Fault trees: the folder aralia of CUTSET_SHARED_DATA.
"""
import argparse
import json
import os
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import rows  # noqa: E402
from graphs import Graphs  # noqa: E402


def print_table(table):
    cells = [("what", "goal", "measured", "reached")]
    cells += [(row["what"], row["goal"], row["measured"], row["reached"]) for row in table]
    widths = [max(len(line[column]) for line in cells) for column in range(4)]
    for number, line in enumerate(cells):
        print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())
        if number == 0:
            print("  ".join("-" * width for width in widths))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path, help="the same as one object")
    parser.add_argument("--only", help=f"only these parts: {', '.join(rows.PARTS)}")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--graphs", type=pathlib.Path, help="where graphs are kept (default: PROGRAMS/graphs)")
    options = parser.parse_args()
    parts = options.only.split(",") if options.only else list(rows.PARTS)
    unknown = [part for part in parts if part not in rows.PARTS]
    if unknown or not (options.programs / "solve_run").exists():
        print(f"run.py: no part {', '.join(unknown)}" if unknown else f"run.py: no solve_run in {options.programs}", file=sys.stderr)
        return 64
    graphs = Graphs(options.graphs or options.programs / "graphs", options.programs / "make_graphs")
    bench = rows.Bench(options.programs, graphs, options.times)
    load = os.getloadavg()[0]
    for part in parts:
        print(f"{part} ...", file=sys.stderr, flush=True)
        rows.PARTS[part](bench)
    print_table(bench.table)
    goals = [row for row in bench.table if row["reached"] in ("yes", "NO")]
    reached = sum(1 for row in goals if row["reached"] == "yes")
    print(f"{reached} of {len(goals)} goals reached; load {load:.1f} before, {os.getloadavg()[0]:.1f} after")
    if options.json:
        options.json.write_text(json.dumps({"schema_version": 1, "load": load, "rows": bench.table, "growth": bench.growth}, indent=1))
    return 0 if reached == len(goals) else 1


if __name__ == "__main__":
    sys.exit(main())
