#: about: sockets with full buffers
#: status: ok|signal|memory_limit
#: wall-ms: 8000
#: within-ms: 30000
#: gone: maybe
import socket
kept = []
try:
    while True:
        a, b = socket.socketpair()
        a.setblocking(False)
        kept.append((a, b))
        try:
            while True:
                a.send(b"LEFTOVER-9f31c0de" * 240)
        except BlockingIOError:
            pass
except OSError:
    pass
print(len(kept) > 50)
