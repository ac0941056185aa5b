"""Steps that are programs of their own: a test or a benchmark that prints a table and decides by its exit code."""
import json
import subprocess

from .common import ROOT, row


def run_program(context, target, *arguments, timeout=3600):
    done = subprocess.run(
        [context.program(target), *arguments], cwd=ROOT, env=context.environment(), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=timeout, check=False,
    )
    (context.folder / f"{target}.log").write_text(done.stdout + done.stderr)
    print(done.stdout, end="", flush=True)
    return done


def last_line(text):
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "nothing")


def shapes(context):
    """Its last line sums up the table."""
    done = run_program(context, "shapes_table")
    return [row("nine shapes of applications", "minimal sets of exhaustive search; experiments <= composed",
                last_line(done.stdout), done.returncode == 0)]


def random_applications(context):
    done = run_program(context, "random_applications", "--applications", "2000")
    return [row("2000 random applications", "same sets; <= reduced each, <= 0.75 of its sum",
                last_line(done.stdout), done.returncode == 0)]


def proxy(context):
    """The benchmark prints {"direct_p50_us", "passing_p50_us", "marked_p50_us"} as its last line."""
    done = run_program(context, "proxy_benchmark", "--json")
    figures = json.loads(last_line(done.stdout))
    rows = []
    for name, limit in (("passing", 200), ("marked", 500)):
        added = figures[f"{name}_p50_us"] - figures["direct_p50_us"]
        rows.append(row(f"proxy, {name}: added p50, 4 connections", f"< {limit} us", f"{added:.0f} us", added < limit))
    return rows
