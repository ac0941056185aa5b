"""Runs `cutset check` on every folder beside this file and compares what it prints with the golden files there.

    run_cases.py CUTSET SCHEMA [--update] [NAME...]

A folder has `args` (one line; OUT is a file that is compared, too), perhaps `env` (NAME=VALUE lines), perhaps
`model.ded`, and what is expected: `stdout`, `stderr`, `exit`, `out`. Of an HTML page only the body's text and its SVG
are compared, of times nothing. --update writes what was seen: read the difference before you commit it.
"""
import difflib
import html.parser
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TIME = re.compile(r'\b\d+(\.\d+)? ms\b|\b\d+\.\d\d s\b')
JSON_TIME = re.compile(r'"seconds": [0-9.e+-]+')
JUNIT_TIME = re.compile(r' time="[0-9.]+"')


def without_times(text):
    text = TIME.sub("TIME", text)
    text = JUNIT_TIME.sub("", JSON_TIME.sub('"seconds": 0', text))
    # A table's last column is as wide as its times.
    return re.sub(r" +TIME", " TIME", text)


class Body(html.parser.HTMLParser):
    """The elements and texts of a page's body, a line each; an unclosed or foreign element is an error."""

    VOID = {"meta", "br"}
    KNOWN = set(
        "html head meta title style body header main section article h1 h2 h3 h4 p div span b code dl dt dd ul li a table thead "
        "tbody tr th td details summary svg g line path rect text circle".split())

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = []
        self.lines = []

    def handle_starttag(self, tag, attributes):
        assert tag in self.KNOWN, f"unexpected element <{tag}>"
        for name, value in attributes:
            assert not name.startswith("on"), f"a handler: {name}={value}"
            assert name != "href" or value.startswith("#"), f"a link to elsewhere: {value}"
        if tag not in self.VOID:
            self.open.append(tag)
        if "body" in self.open and tag not in ("tr", "td", "th", "code", "li", "div", "span"):
            shown = " ".join(f"{name}={value}" if value is not None else name
                             for name, value in attributes if name in ("class", "id", "open"))
            self.lines.append(f"<{tag}{' ' if shown else ''}{shown}>")

    def handle_endtag(self, tag):
        assert self.open and self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data):
        if "body" in self.open and data.strip():
            self.lines.append(" ".join(data.split()))


def page_text(page):
    body = Body()
    body.feed(page)
    assert not body.open, f"not closed: {body.open}"
    return "\n".join(body.lines) + "\n"


def run(cutset, folder, out):
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "COLUMNS": "100"}
    if (folder / "env").exists():
        environment.update(line.split("=", 1) for line in (folder / "env").read_text().split())
    words = [str(out) if word == "OUT" else word for word in (folder / "args").read_text().split()]
    done = subprocess.run([cutset, "check", *words], cwd=folder, env=environment, capture_output=True, timeout=100)
    seen = {"exit": f"{done.returncode}\n", "stdout": done.stdout.decode(), "stderr": done.stderr.decode()}
    if out.exists():
        text = out.read_text()
        seen["out"] = page_text(text) if text.startswith("<!doctype") else text
    return {name: without_times(text.replace(str(out), "OUT")) for name, text in seen.items()}


def check_schema(seen, schema):
    import jsonschema
    jsonschema.validate(json.loads(seen["stdout"]), json.loads(pathlib.Path(schema).read_text()))


def difference(folder, name, seen):
    path = folder / name
    expected = path.read_text() if path.exists() else ""
    return "".join(difflib.unified_diff(expected.splitlines(True), seen.splitlines(True), f"{folder.name}/{name}", "seen"))


def main():
    cutset, schema, *rest = sys.argv[1:]
    cutset = str(pathlib.Path(cutset).resolve())
    update = "--update" in rest
    names = [word for word in rest if word != "--update"]
    bad = 0
    folders = sorted(path.parent for path in HERE.glob("*/args"))
    for folder in folders:
        if names and folder.name not in names:
            continue
        with tempfile.TemporaryDirectory() as place:
            seen = run(cutset, folder, pathlib.Path(place) / "out")
        if "--json" in (folder / "args").read_text():
            check_schema(seen, schema)
        for name in ("exit", "stdout", "stderr", "out"):
            text = seen.get(name, "")
            if update:
                (folder / name).unlink(missing_ok=True)
                if text:
                    (folder / name).write_text(text)
                continue
            diff = difference(folder, name, text)
            if diff:
                bad += 1
                print(diff)
    print(f"{len(folders)} cases, {bad} differences")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
