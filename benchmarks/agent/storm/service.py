"""Listens, says so, and leaves a child and an orphan in a session of its own, as servers do that are hard to end."""
import os
import socket
import sys
import time

listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
if os.fork() == 0:
    os.setsid()
    if os.fork() != 0:
        os._exit(0)
    time.sleep(600)
    os._exit(0)
print("listening", flush=True)
while True:
    connection, _ = listener.accept()
    connection.close()
