"""Reading and analysing traces: the benchmarks' ratios, ten million spans, and how long a new user waits.

The samples are the public ones where CUTSET_SHARED_DATA names their folder, else the project's own recording.
"""
import os
import pathlib
import re
import statistics
import subprocess
import time

from .common import ROOT, row

SPANS = 10_000_000
MOST_MIB = 2048
ROUNDS = 5


def samples():
    """Folders of sample traces."""
    shared = pathlib.Path(os.environ.get("CUTSET_SHARED_DATA", "")) / "traces"
    if "CUTSET_SHARED_DATA" in os.environ and shared.is_dir():
        return [shared / name for name in ("jaeger", "otlp", "zipkin", "nezha-csv")]
    return [ROOT / "traces/bookshop"]


def sample():
    media = samples()[0] / "dsb-media-load150-50.json.gz"
    return media if media.exists() else ROOT / "traces/bookshop/jaeger.json.gz"


def benchmark(context, name, *arguments):
    done = subprocess.run([context.program(name), *map(str, arguments)], cwd=ROOT, capture_output=True, text=True,
                          timeout=3600, check=False)  # fmt: skip
    (context.folder / f"{name}.log").write_text(done.stdout + done.stderr)
    return done


def ingest(context):
    done = benchmark(context, "benchmark_ingest", sample())
    ratios = re.search(r"ratio to simdjson ([0-9.]+) .*to the script ([0-9.]+)", done.stdout)
    tree, script = map(float, ratios.groups()) if ratios else (0, 0)
    memory = re.search(r"memory +([0-9]+) bytes a span", done.stdout)
    return [
        row("file to linked graph, against simdjson's tree", ">= 0.40", tree, tree >= 0.40),
        row("the same, against a Python script", ">= 15", script, script >= 15),
        row("memory a span", "printed", f"{memory.group(1)} bytes" if memory else "?", memory is not None),
    ]


def ten_million(context):
    done = benchmark(context, "benchmark_ingest", sample(), "--spans", SPANS)
    most = re.search(r"most memory ([0-9]+) MiB", done.stdout)
    mib = int(most.group(1)) if most else 0
    return [row(f"{SPANS} spans read and linked", f"<= {MOST_MIB} MiB", f"{mib} MiB", done.returncode == 0 and 0 < mib <= MOST_MIB)]


def otlp(context):
    done = benchmark(context, "benchmark_otlp_grpc", sample())
    ratio = re.search(r"^ratio ([0-9.]+)", done.stdout, re.MULTILINE)
    measured = float(ratio.group(1)) if ratio else 0
    return [row("OTLP over gRPC, against protobuf's arena parse", ">= 0.5", measured, measured >= 0.5)]


def analyze(context):
    rows = []
    for folder in samples():
        seconds = []
        for _ in range(ROUNDS):
            begun = time.monotonic()
            done = subprocess.run([context.program("cutset"), "analyze", folder], capture_output=True, check=False)
            seconds.append(time.monotonic() - begun)
        middle = statistics.median(seconds)
        rows.append(row(f"cutset analyze {folder.name}", "< 1 s", f"{middle:.2f} s", done.returncode == 0 and middle < 1))
    return rows
