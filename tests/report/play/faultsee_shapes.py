#!/usr/bin/env python3
"""Whether files are what FaultSee's dashboard reads: names, keys, kinds of values, order.

    faultsee_shapes.py FOLDER

An independent reading of the format; exit code 1 with one line for each thing that is wrong.
"""
import json
import pathlib
import sys

NUMBER = (int, float)
MAYBE = (int, float, type(None))
SHAPES = {
    "containers_ids.json": {"container_id": str, "service": str, "slot": str},
    "containers_events.json": {"time": NUMBER, "container_id": str, "service": str, "slot": str, "action": str},
    "containers_logs.json": {"time": NUMBER, "container_id": str, "msg": str},
    "containers_stats.json": {
        "time": NUMBER, "container_id": str, "cpu": NUMBER, "mem": NUMBER, "rx_bytes": NUMBER, "rx_packets": MAYBE,
        "rx_dropped": MAYBE, "tx_bytes": NUMBER, "tx_packets": MAYBE, "tx_dropped": MAYBE, "time_diff": NUMBER,
    },
    "host_stats.json": {
        "time": NUMBER, "hostname": str, "cpu": MAYBE, "mem": MAYBE, "netIn": NUMBER, "netOut": NUMBER,
        "diskRead": NUMBER, "diskWrite": NUMBER, "time_diff": NUMBER,
    },
    "marks.json": {"time": NUMBER, "hostname": str, "msg": str},
}
problems = []


def check_rows(name, rows, shape):
    if not isinstance(rows, list):
        problems.append(f"{name}: expected an array")
        return
    last = None
    for number, row in enumerate(rows):
        where = f"{name}[{number}]"
        if set(row) != set(shape):
            problems.append(f"{where}: keys {sorted(row)}, expected {sorted(shape)}")
            continue
        for key, kind in shape.items():
            if not isinstance(row[key], kind) or isinstance(row[key], bool):
                problems.append(f"{where}.{key}: {row[key]!r}")
        if "time" in row:
            if row["time"] < 0 or (last is not None and row["time"] < last):
                problems.append(f"{where}: time {row['time']} after {last}")
            last = row["time"]


def check_references(files):
    ids = {row["container_id"]: row for row in files["containers_ids.json"]}
    if len(ids) != len(files["containers_ids.json"]):
        problems.append("containers_ids.json: an id twice")
    for name in ("containers_events.json", "containers_logs.json", "containers_stats.json"):
        for row in files[name]:
            if row["container_id"] not in ids:
                problems.append(f"{name}: {row['container_id']} is not in containers_ids.json")
    for row in files["containers_ids.json"]:
        if not row["slot"].isdigit() or int(row["slot"]) < 1:
            problems.append(f"containers_ids.json: slot {row['slot']!r} (they count from 1)")
    for row in files["containers_events.json"]:
        if row["action"] not in ("start", "die"):
            problems.append(f"containers_events.json: action {row['action']!r}")


def check_processed(text):
    processed = json.loads(text)
    if sorted(map(int, processed)) != list(range(len(processed))):
        problems.append(f"processed_events.log: ids {sorted(processed)} have gaps")
    for number, rows in processed.items():
        for row in rows:
            if set(row) != {"Host", "Action", "Processed"} or not isinstance(row["Processed"], bool):
                problems.append(f"processed_events.log[{number}]: {row}")


def main():
    folder = pathlib.Path(sys.argv[1])
    files = {}
    for name, shape in SHAPES.items():
        files[name] = json.loads((folder / name).read_text())
        check_rows(name, files[name], shape)
    if not problems:
        check_references(files)
    check_processed((folder / "processed_events.log").read_text())
    for problem in problems:
        print(problem)
    print(f"faultsee_shapes: {sum(map(len, files.values()))} rows, {len(problems)} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
