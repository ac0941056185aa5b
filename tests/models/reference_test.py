#!/usr/bin/env python3
"""The golden answers of all models, checked against a search by another method (reference/search.py).

    reference_test.py [--update] [MODEL.ded...]

--update writes golden.json instead of comparing with it.
"""
import argparse
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
MODELS = HERE.parent.parent / "models"
GOLDEN = HERE / "golden.json"
sys.path.insert(0, str(HERE / "reference"))
sys.dont_write_bytecode = True
from search import Search  # noqa: E402
from syntax import read_rows  # noqa: E402


def answers(path):
    for row in read_rows(path):
        search = Search(path, row)
        verdict, found = search.run()
        sets = sorted((sorted(faults) for faults in found), key=lambda faults: (len(faults), faults))
        yield {"row": row["text"], "expect": row["expect"], "verdict": verdict, "minimal": sets}, search.states


def to_text(golden):
    """JSON, a line for each fault set: differences can be read."""
    models = []
    for name, rows in golden.items():
        texts = []
        for row in rows:
            sets = ",\n".join("   " + json.dumps(faults) for faults in row["minimal"])
            sets = f"[\n{sets}\n  ]" if sets else "[]"
            texts.append(f'  {{"row": {json.dumps(row["row"])},\n   "verdict": "{row["verdict"]}", "minimal": {sets}}}')
        models.append(f' {json.dumps(name)}: [\n' + ",\n".join(texts) + "\n ]")
    return "{\n" + ",\n".join(models) + "\n}\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--update", action="store_true")
    parser.add_argument("models", nargs="*", type=pathlib.Path)
    options = parser.parse_args()
    paths = [path.resolve() for path in options.models] or sorted([*MODELS.glob("*.ded"), *MODELS.glob("exercises/*.ded")])
    golden = json.loads(GOLDEN.read_text()) if GOLDEN.exists() else {}
    wrong = 0
    for path in paths:
        name, rows = str(path.relative_to(MODELS)), []
        for answer, states in answers(path):
            sizes = "+".join(str(len(faults)) for faults in answer["minimal"]) or "-"
            print(f"{name}: {answer['row']}: {answer['verdict']}, {states} states, sizes {sizes}", flush=True)
            if answer.pop("expect") != answer["verdict"]:
                print("  this is not what the model expects")
                wrong += 1
            rows.append(answer)
        if options.update:
            golden[name] = rows
        elif golden.get(name) != rows:
            print(f"  {name}: golden.json says something else")
            wrong += 1
    if options.update:
        GOLDEN.write_text(to_text({name: golden[name] for name in sorted(golden)}))
    elif not options.models and set(golden) != {str(path.relative_to(MODELS)) for path in paths}:
        print("golden.json has other models")
        wrong += 1
    print(f"{len(paths)} models, {wrong} differences")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
