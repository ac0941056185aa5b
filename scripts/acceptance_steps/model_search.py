"""The search on protocol models: against exhaustive search on over 10^6 fault sets, and its benchmark's goals."""
import os
import re
import subprocess

from .common import row

MODELS = 4000
SETS = 1_000_000
MISSED = re.compile(r"missed: (.*)")


def search(context):
    program = context.program("dedalus_random_search_test", "dev")
    done = subprocess.run(
        [program, "--gtest_filter=*FindsWhat*"],
        env={**os.environ, "CUTSET_SEED": "100000", "CUTSET_MODELS": str(MODELS), "CUTSET_SPACE": "30000"},
        capture_output=True, text=True, timeout=7200, check=False,
    )
    (context.folder / "model-search.log").write_text(done.stdout + done.stderr)
    found = re.search(r"(\d+) fault sets, (\d+) minimal falsifiers", done.stdout)
    sets = int(found[1]) if found else 0
    rows = [
        row("search = exhaustive search, random models", f"over {SETS} fault sets, no difference",
            f"{sets} fault sets, {found[2] if found else 0} minimal falsifiers",
            done.returncode == 0 and sets > SETS)
    ]
    benchmark = subprocess.run(
        [context.program("benchmark_dedalus_search")], capture_output=True, text=True, timeout=3600, check=False
    )
    (context.folder / "model-search-benchmark.log").write_text(benchmark.stdout + benchmark.stderr)
    missed = MISSED.findall(benchmark.stdout)
    rows.append(
        row("search on models: time, executions", "all goals of benchmark_dedalus_search",
            "; ".join(missed) or "met", benchmark.returncode == 0)
    )
    return rows
