"""The services of the live test: a shop that asks the stock (one retry) and charges the customer.

Run as `service.py NAME`; listens on PORT; STOCK and PAY are addresses of callees. It forwards the
trace context, as every instrumented service does.
"""
import http.client
import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

NAME = sys.argv[1]
CONTEXT = ("traceparent", "tracestate", "baggage")
charges = 0
lock = threading.Lock()


def call(address, method, path, headers, body=None):
    """The status of the answer, or 0 if there was none within 0.3 s."""
    connection = http.client.HTTPConnection(address, timeout=0.3)
    try:
        forwarded = {name: headers[name] for name in CONTEXT if headers[name]}
        connection.request(method, path, body, forwarded)
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except OSError:
        return 0
    except http.client.HTTPException:
        return 0
    finally:
        connection.close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: two would wait for each other's acknowledgement

    def log_message(self, format, *args):
        pass

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def order(self):
        stock = os.environ["STOCK"]
        for _ in range(2):
            if call(stock, "GET", "/items/7", self.headers) == 200:
                break
        else:
            return self.answer(503, {"error": "no stock"})
        if call(os.environ["PAY"], "POST", "/charge", self.headers, "{}") != 200:
            print("charge failed", flush=True)
            return self.answer(500, {"error": "not charged"})
        return self.answer(200, {"total": 42})

    def many(self):
        with ThreadPoolExecutor(3) as pool:
            done = list(pool.map(
                lambda n: call(os.environ["STOCK"], "GET", f"/items/{n}", self.headers), (1, 2, 3)))
        self.answer(200, {"statuses": done})

    def do(self):
        global charges
        length = int(self.headers["content-length"] or 0)
        self.rfile.read(length)
        if self.path == "/health" or self.path.startswith("/items/"):
            return self.answer(200, {"ok": True})
        if self.path == "/orders":
            return self.order()
        if self.path == "/many":
            return self.many()
        if self.path == "/charge":
            with lock:
                charges += 1
            return self.answer(200, {})
        if self.path == "/charges":
            return self.answer(200, {"count": charges})
        if self.path == "/reset":
            charges = 0
            return self.answer(200, {})
        if self.path == "/die":
            os._exit(7)
        return self.answer(404, {})

    do_GET = do
    do_POST = do


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


print(NAME, "listens", flush=True)
Server(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
