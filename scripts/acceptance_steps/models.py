"""All protocol models under all rows of their parameters: verdicts, executions, time, beside other searches."""
import re

from .common import ROOT, row
from .programs import run_program

# Executions until the first counterexample, Molly and its random search: Alvaro, Rosen, Hellerstein, "Lineage-driven
# Fault Injection", SIGMOD 2015, figure 12. These are other texts of the same protocols.
PUBLISHED = {
    ("best_effort_broadcast.ded", "4/2/0"): "2 / 4.08",
    ("retrying_broadcast.ded", "4/2/1"): "3 / 75.24",
    ("classic_broadcast.ded", "5/3/0"): "5 / 116.16",
    ("2pc.ded", "5/0/1"): "2 / 5.48",
    ("2pc_cooperative.ded", "8/0/1"): "3 / 8.56",
    ("3pc.ded", "9/7/1"): "55 / 40.60",
    ("kafka_replication.ded", "7/4/1"): "38 / 1183.12",
}
LINE = re.compile(
    r"(?P<model>\S+\.ded) +(?P<parameters>\d+/\d+/\d+(?: stop)?) +exhaustive (?P<exhaustive>.*?) +random (?P<random>.*?) +"
    r"cutset +(?P<runs>\d+) in (?P<seconds>[0-9.]+) s, first (?P<first>\S+) +minimal (?P<minimal>.*)"
)


def table(lines):
    """The table of models/README.md."""
    text = "| model | EOT/EFF/crashes | minimal fault sets | cutset: runs | to the first | s | exhaustive | random | published |\n"
    text += "|---|---|---|---|---|---|---|---|---|\n"
    for line in lines:
        cells = [f"[{line['model']}]({line['model']})", line["parameters"], line["minimal"], line["runs"], line["first"],
                 line["seconds"], line["exhaustive"], line["random"],
                 PUBLISHED.get((line["model"], line["parameters"]), "")]
        text += "| " + " | ".join(cells) + " |\n"
    return text


def models(context):
    done = run_program(context, "models_table_test")
    lines = [match.groupdict() for match in map(LINE.match, done.stdout.splitlines()) if match]
    (context.folder / "models.md").write_text(table(lines))
    rows = []
    for line in lines:
        key = (line["model"], line["parameters"])
        measured = (f"{line['runs']} runs, {line['seconds']} s, first {line['first']}; random {line['random']}; "
                    f"exhaustive {line['exhaustive']}; minimal {line['minimal']}")
        rows.append(row(f"{line['model']} {line['parameters']}", f"as published: {PUBLISHED[key]}" if key in PUBLISHED
                        else "as expected", measured, done.returncode == 0))
    golden = (ROOT / "tests/models/golden.json").read_text().count('"row":')
    rows.append(row("models: every row, each as expected", f"{golden} rows", f"{len(lines)} rows", len(lines) == golden))
    return rows
