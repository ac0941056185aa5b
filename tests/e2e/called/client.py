"""POST /commit to each service in turn, numbered; says what became of each: "SERVICE NUMBER PID" or "SERVICE NUMBER failed"."""
import sys
import time
import urllib.request

print("begun", flush=True)
time.sleep(2)  # what is called is ready by then
for number in range(1, 10_000):
    for argument in sys.argv[1:]:
        name, address = argument.split("=")
        request = urllib.request.Request(f"http://{address}/commit", str(number).encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=2) as reply:
                print(name, number, reply.read().decode(), flush=True)
        except OSError:
            print(name, number, "failed", flush=True)
    time.sleep(0.2)
