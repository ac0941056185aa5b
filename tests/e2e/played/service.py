"""A service that says who it is: GET / answers "NAME SLOT PID"; SIGUSR1 is counted and logged."""
import http.server
import os
import signal
import sys

port, name, slot = int(sys.argv[1]), sys.argv[2], sys.argv[3]
signals = 0


def on_signal(number, frame):
    global signals
    signals += 1
    print(f"signal {signals}", flush=True)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{name} {slot} {os.getpid()} {signals}\n".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


signal.signal(signal.SIGUSR1, on_signal)
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
with open(os.environ["PORTS"] + f"/{name}.{slot}", "w", encoding="ascii") as file:
    file.write(str(port))
print("listening", flush=True)
server.serve_forever()
