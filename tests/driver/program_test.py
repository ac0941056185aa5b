"""cutset-driver without a real system: a program as client, a server in this file, phases, remarks, signals.

Called as program_test.py CUTSET-DRIVER CUTSET.
"""
import collections
import json
import signal
import socketserver
import subprocess
import sys
import threading
import time
import unittest

from driving import DRIVER, DriverTest

STORE = """import json, os, sys
store = {}
path = sys.argv[1]
for line in sys.stdin:
    op = json.loads(line)
    store = json.load(open(path)) if os.path.exists(path) else {}
    op["type"] = "ok"
    if op["f"] == "write":
        store[op["key"]] = op["value"]
        json.dump(store, open(path, "w"))
    else:
        op["value"] = store.get(op["key"])
    print(json.dumps(op), flush=True)
"""


class RespServer:
    """GET, SET and whatever `answer(words)` says instead: bytes, None (no answer), or an exception to break off."""

    def __init__(self, answer):
        server = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                while True:
                    head = self.rfile.readline()
                    if not head:
                        return
                    words = []
                    for _ in range(int(head[1:])):
                        length = int(self.rfile.readline()[1:])
                        words.append(self.rfile.read(length + 2)[:-2].decode())
                    server.commands.append(words)
                    reply = answer(words)
                    if reply is ConnectionResetError:
                        return
                    if reply is not None:
                        self.wfile.write(reply)

        self.commands = collections.deque()
        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.endpoint = f"127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Program(DriverTest):
    def server(self, answer):
        server = RespServer(answer)
        self.addCleanup(server.close)
        return server

    def command(self, script, *arguments):
        path = self.folder / "client.py"
        path.write_text(script)
        return {"command": {"arguments": [sys.executable, str(path), *map(str, arguments)]}}

    def test_a_program_as_client(self):
        plan = self.plan(self.command(STORE, self.folder / "store.json"),
                         {"clients": 1, "count": 30, "rate": 0, "mix": {"write": 2, "read": 1}, "seed": 4})
        done = self.drive(plan)
        self.assertIn("seed 4, 1 clients", done.stderr)
        events = self.events()
        self.assertEqual(events[0]["seed"], 4)
        loads = [event for event in events if event.get("phase") == "load"]
        self.assertEqual(len(loads), 60)
        self.assert_verdicts({"acknowledged-writes": "held", "linearizable": "held", "staleness:0ms": "held"})

    def test_a_program_that_hangs_or_lies_gives_info(self):
        for script in ("import sys, time\nfor line in sys.stdin: time.sleep(60)\n",
                       "import sys\nfor line in sys.stdin: print('done', flush=True)\n",
                       "import sys\nsys.exit(3)\n"):
            with self.subTest(script):
                self.history.unlink(missing_ok=True)
                target = {**self.command(script), "timeout_ms": 100}
                plan = self.plan(target, {"clients": 2, "count": 4, "rate": 0}, final_f="")
                self.drive(plan)
                types = collections.Counter(event["type"] for event in self.events()[1:])
                self.assertEqual(types, {"invoke": 4, "info": 4})

    def test_a_program_that_is_not_there(self):
        plan = self.plan({"command": {"arguments": ["/no/such/program"]}}, {"count": 1})
        done = self.drive(plan, expect=65)
        self.assertIn("cannot start /no/such/program", done.stderr)

    def test_answers_of_resp(self):
        answers = {
            "t1-0": (b"+OK\r\n", "ok"),
            "t1-1": (b"-READONLY You can't write against a read only replica.\r\n", "fail"),
            "t1-2": (b"-LOADING Redis is loading the dataset in memory\r\n", "fail"),
            "t1-3": (None, "info"),
            "t1-4": (ConnectionResetError, "info"),
            "t1-5": (b"-ERR Error running script\r\n", "info"),
            "t1-6": (b"nonsense\r\n", "info"),
            "t1-7": (b"+OK\r\n", "ok"),
        }
        server = self.server(lambda words: answers[words[2]][0])
        plan = self.plan({"resp": {"endpoints": [server.endpoint]}, "timeout_ms": 200},
                         {"clients": 1, "count": 8, "rate": 0}, final_f="")
        self.drive(plan)
        types = [event["type"] for event in self.events()[1:] if event["type"] != "invoke"]
        self.assertEqual(types, [expected for _, expected in answers.values()])

    def test_nobody_listens(self):
        server = self.server(lambda words: b"+OK\r\n")
        endpoint = server.endpoint
        server.close()
        other = self.server(lambda words: b"+OK\r\n")
        plan = self.plan({"resp": {"endpoints": [endpoint, other.endpoint]}}, {"clients": 1, "count": 4, "rate": 0},
                         final_f="")
        self.drive(plan)
        types = [event["type"] for event in self.events()[1:] if event["type"] != "invoke"]
        self.assertEqual(types, ["fail", "ok", "ok", "ok"])

    def test_sentinels_name_the_master(self):
        master = self.server(lambda words: b"+OK\r\n")
        host, port = master.endpoint.split(":")
        knows = self.server(lambda words: f"*2\r\n${len(host)}\r\n{host}\r\n${len(port)}\r\n{port}\r\n".encode())
        does_not = self.server(lambda words: b"*-1\r\n")
        plan = self.plan({"resp": {"sentinels": [does_not.endpoint, knows.endpoint], "master": "m"}},
                         {"clients": 2, "count": 4, "rate": 0}, final_f="")
        self.drive(plan)
        self.assertEqual([event["type"] for event in self.events() if event.get("type") == "ok"], ["ok"] * 4)
        self.assertEqual(knows.commands[0], ["SENTINEL", "get-master-addr-by-name", "m"])

    def test_final_reads_ask_again(self):
        reads = []

        def answer(words):
            if words[0] == "SET":
                return b"+OK\r\n"
            reads.append(words)
            return b"-LOADING wait\r\n" if len(reads) < 4 else b"$4\r\nt1-0\r\n"

        server = self.server(answer)
        plan = self.plan({"resp": {"endpoints": [server.endpoint]}}, {"count": 1})
        self.drive(plan)
        self.assertEqual(len(reads), 4)
        self.assert_verdicts({"acknowledged-writes": "held"})
        self.history.unlink()
        plan = self.plan({"resp": {"endpoints": [self.server(
            lambda words: b"+OK\r\n" if words[0] == "SET" else b"-LOADING wait\r\n").endpoint]}},
            {"count": 1}, final_within_ms=200)
        self.drive(plan)
        self.assert_verdicts({"acknowledged-writes": "did not recover"})

    def test_phases_go_on_with_the_history(self):
        server = self.server(lambda words: b"+OK\r\n" if words[0] == "SET" else b"$4\r\nt1-0\r\n")
        offsets = self.server(lambda words: b"$14\r\nrole:x\r\noffs:7\r\n")
        plan = self.plan({"resp": {"endpoints": [server.endpoint]}}, {"count": 1},
                         settle=[{"kind": "equal", "resp": ["INFO"], "field": "offs", "at": [offsets.endpoint] * 2}])
        self.drive(plan, "--phases", "load")
        self.assertEqual([event.get("f") for event in self.events()], [None, "write", "write"])
        self.drive(plan, "--phases", "settle,final")
        self.assertEqual([event.get("f") for event in self.events()],
                         [None, "write", "write", "settled", "read", "read"])
        self.assert_verdicts({"acknowledged-writes": "held"})

    def test_what_does_not_settle_is_no_loss(self):
        server = self.server(lambda words: b"+OK\r\n" if words[0] == "SET" else b"$-1\r\n")
        plan = self.plan({"resp": {"endpoints": [server.endpoint]}}, {"count": 1}, settle_within_ms=120,
                         settle=[{"kind": "all", "expected": "up", "command": ["echo", "{endpoint}"], "at": ["up", "down"]}])
        self.drive(plan, expect=2)
        settle = next(event for event in self.events() if event.get("process") == "settle")
        self.assertEqual((settle["f"], settle["error"]),
                         ("not-settled", "echo {endpoint}: all up: found up up, down down"))
        self.assert_verdicts({"acknowledged-writes": "did not recover"})

    def test_remarks_and_waiting_for_heal(self):
        server = self.server(lambda words: b"+OK\r\n" if words[0] == "SET" else b"$4\r\nt1-0\r\n")
        plan = self.plan({"resp": {"endpoints": [server.endpoint]}}, {"count": 1})
        driver = self.start(DRIVER, str(plan), "--history", str(self.history), "--remarks", stdin=subprocess.PIPE)
        driver.stdin.write(b"start\n")
        driver.stdin.flush()
        time.sleep(0.4)
        self.assertNotIn("read", [event.get("f") for event in self.events()])
        driver.stdin.write(b"heal\n")
        driver.stdin.close()
        self.assertEqual(driver.wait(timeout=20), 0)
        names = [event["f"] for event in self.events()[1:] if isinstance(event["process"], str)]
        self.assertEqual(names, ["start", "heal"])
        self.assert_verdicts({"acknowledged-writes": "held", "recovery:1s": "held"})

    def test_a_signal_stops_it(self):
        server = self.server(lambda words: b"+OK\r\n")
        plan = self.plan({"resp": {"endpoints": [server.endpoint]}}, {"count": 100000, "rate": 100})
        driver = self.start(DRIVER, str(plan), "--history", str(self.history))
        time.sleep(0.4)
        driver.send_signal(signal.SIGTERM)
        self.assertEqual(driver.wait(timeout=10), 3)
        self.judge("acknowledged-writes")  # what is there can be read

    def test_the_plan_itself_instead_of_a_file(self):
        server = self.server(lambda words: b"+OK\r\n")
        plan = self.plan({"resp": {"endpoints": [server.endpoint]}}, {"count": 3})
        done = subprocess.run([DRIVER, plan.read_text(), "--phases", "load"], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stdout.count('"type":"ok"'), 3)
        done = subprocess.run([DRIVER, '{"format": 1}'], capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 65)
        self.assertIn("PLAN", done.stderr)

    def test_serve(self):
        server = self.server(lambda words: b"$1\r\nx\r\n" if words[0] == "GET" else b"-ERR no\r\n")
        plan = self.plan({"resp": {"endpoints": [server.endpoint]}}, {"count": 1})
        lines = ('{"process":0,"type":"invoke","f":"read","key":"a"}\n'
                 '{"process":1,"type":"invoke","f":"write","key":"a","value":"y","token":"y"}\n')
        done = subprocess.run([DRIVER, str(plan), "--serve"], input=lines, capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 0, done.stderr)
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual([(a["process"], a["type"], a.get("value")) for a in answers], [(0, "ok", "x"), (1, "fail", "y")])
        done = subprocess.run([DRIVER, str(plan), "--serve"], input="{]", capture_output=True, text=True, timeout=20)
        self.assertEqual(done.returncode, 65)
        self.assertIn("<stdin>:1:2: expected text in quotes", done.stderr)

    def test_wrong_usage(self):
        for arguments, code, said in (([], 64, "expected a plan"), (["--hstory"], 64, "did you mean \"--history\"?"),
                                      (["/no/plan"], 65, "/no/plan"), (["x", "--phases", "all"], 64, "expected load, settle")):
            with self.subTest(arguments):
                done = subprocess.run([DRIVER, *arguments], capture_output=True, text=True, timeout=20)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertIn(said, done.stderr)


if __name__ == "__main__":
    unittest.main()
