"""Wrong input of every kind: a clear error that names the place, and no complaint of the sanitizers."""
import pathlib
import subprocess
import tempfile

from .common import row

PRESET = "asan"
COMPLAINTS = ("AddressSanitizer", "LeakSanitizer", "runtime error:", "Aborted", "CHECK failed")

# A service that is ready, and then answers in the way that its first argument names.
PEER = r'''
import http.server, os, socket, sys, threading, time
kind = sys.argv[1]
def flood():
    host, port = os.environ["OTLP"].split(":")
    while True:
        try:
            with socket.create_connection((host, int(port)), 1) as peer:
                peer.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + os.urandom(4096))
        except OSError:
            pass
        time.sleep(0.01)
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        if self.path == "/health" or kind == "otlp":
            self.send_response(200); self.send_header("content-length", "2"); self.end_headers(); self.wfile.write(b"ok")
            return
        self.close_connection = True
        if kind == "garbage":
            self.wfile.write(os.urandom(2000))
        elif kind == "endless":
            self.wfile.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            while True:
                self.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        elif kind == "headers":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while True:
                self.wfile.write(b"x-more: " + b"y" * 1000 + b"\r\n")
    def log_message(self, *_):
        pass
if kind == "otlp":
    threading.Thread(target=flood, daemon=True).start()
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
'''


def config(command="[python3, peer.py, otlp]", ready="{http: /health, within: 10s}", extra=""):
    return f"""cutset: 1
name: wrong
services:
  one:
    command: {command}
    environment: {{PORT: "${{self.port}}", OTLP: "${{otlp.address}}"}}
    ready: {ready}
workload:
  http: {{service: one, path: /}}
  within: 2s
outcomes:
  - name: answered
    answer: {{status: 200}}
budget: {{faults: 1}}
faults: {{modes: [error(503)]}}
traces: {{await: 100ms}}
{extra}"""


# (what, file name, its text, arguments of cutset, exit codes, what the output must hold)
CASES = [
    ("broken YAML", "c.yaml", "cutset: 1\nname: [\n", ["run", "c.yaml"], (65,), ["c.yaml:"]),
    ("unknown key", "c.yaml", config(extra="buget: {faults: 1}\n"), ["run", "c.yaml"], (65,), ["c.yaml:17:1", "budget"]),
    ("duplicate key", "c.yaml", config(extra="name: again\n"), ["run", "c.yaml"], (65,), ["c.yaml:17:1", "name"]),
    ("word for a number", "c.yaml", config().replace("faults: 1", "faults: many"), ["run", "c.yaml"], (65,),
     ["c.yaml:14:", "many"]),
    ("unset variable", "c.yaml", config().replace("path: /", 'path: "${NOT_SET_ANYWHERE}"'), ["run", "c.yaml"], (65,),
     ["c.yaml:9:", "NOT_SET_ANYWHERE"]),
    ("binary file", "c.yaml", "\x01\x02\x00\x7f" * 500, ["lint", "c.yaml"], (65,), ["c.yaml:"]),
    ("no such file", "c.yaml", "", ["run", "absent.yaml"], (65,), ["absent.yaml"]),
    ("no such command", "c.yaml", config(), ["rum", "c.yaml"], (64,), ["run"]),
    ("not a finding", "f.yaml", "just: text\n", ["replay", "f.yaml"], (65,), ["f.yaml:"]),
    ("not a journal", "j.jsonl", '{"type": "campaign"\nnot json\n{}\n', ["report", "j.jsonl"], (65,), ["j.jsonl:"]),
    ("program of a service is absent", "c.yaml", config("[./absent-program]"), ["run", "c.yaml"], (2,),
     ["one", "absent-program"]),
    ("service ends at once", "c.yaml", config('[sh, -c, "echo the disk is full; exit 9"]'), ["run", "c.yaml"], (2,),
     ["one", "the disk is full"]),
    ("service never listens", "c.yaml", config('[sh, -c, "echo waiting for a friend; exec sleep 60"]', "{tcp: true, within: 1s}"),
     ["run", "c.yaml"], (2,), ["one", "waiting for a friend"]),
    ("peer sends garbage", "c.yaml", config("[python3, peer.py, garbage]"), ["run", "c.yaml"], (2,), ["answered"]),
    ("peer's body never ends", "c.yaml", config("[python3, peer.py, endless]"), ["run", "c.yaml"], (2,), ["answered"]),
    ("peer's headers never end", "c.yaml", config("[python3, peer.py, headers]"), ["run", "c.yaml"], (2,), ["answered"]),
    # One service that calls nobody: the campaign ends by itself, with nothing that could be faulted.
    ("malformed OTLP", "c.yaml", config("[python3, peer.py, otlp]"), ["run", "c.yaml"], (2,), []),
]


def wrong_input(context):
    rows = []
    for what, file, text, arguments, codes, parts in CASES:
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / file).write_text(text)
            (folder / "peer.py").write_text(PEER)
            try:
                done = subprocess.run(
                    [context.program("cutset", PRESET), *arguments], cwd=folder, env=context.environment(PRESET),
                    stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=120, check=False,
                )
                output = done.stdout + done.stderr
                missing = [part for part in parts if part not in output]
                complaints = [word for word in COMPLAINTS if word in output]
                ok = done.returncode in codes and not missing and not complaints
                measured = f"exit code {done.returncode}" + "".join(f", no {part!r}" for part in missing)
                measured += "".join(f", {word}" for word in complaints)
            except subprocess.TimeoutExpired:
                ok, measured, output = False, "not over after 120 s", ""
            print(f"--- {what}: {measured}\n{output[:1500]}", flush=True)
        asked = f"exit code {' or '.join(map(str, codes))}" + "".join(f", {part!r}" for part in parts)
        rows.append(row(f"wrong input: {what}", asked, measured, ok))
    return rows
