"""front: puts and gets through store; it says yes to a put that store refused. store: keeps what it is given.

Called as service.py front|store PORT.
"""
import http.client
import http.server
import json
import os
import sys

kept = {}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_GET(self):
        self.answer(200, {})

    def do_POST(self):
        text = self.rfile.read(int(self.headers["content-length"]))
        if sys.argv[1] == "front":
            return self.ask_store(text)
        body = json.loads(text)
        if self.path == "/put":
            kept[body["key"]] = body["value"]
        elif self.path == "/reset":
            kept.clear()
        self.answer(200, {"value": kept.get(body.get("key"))})

    def ask_store(self, text):
        peer = http.client.HTTPConnection(os.environ["STORE"], timeout=2)
        context = {name: self.headers[name] for name in ("traceparent", "tracestate") if name in self.headers}
        try:
            peer.request("POST", self.path, text, context)
            got = peer.getresponse()
            body = json.loads(got.read() or b"{}") if got.status == 200 else {}
        except (OSError, http.client.HTTPException):
            body = {}
        # The bug: nobody looks at what became of a put.
        self.answer(200, body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()
