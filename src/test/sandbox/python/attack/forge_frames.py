#: about: frames written to every descriptor there is arrive as output of the program, its real exit counts
#: exit: 7
#: stdout: X\0\0
import json, os, struct, sys
x = json.dumps({"case": 0, "status": "ok", "exit": 0, "signal": None, "wall_us": 1, "cpu_us": 1, "peak_kb": 1, "stdout_cut": False, "stderr_cut": False}).encode()
forged = b"X" + struct.pack(">I", len(x)) + x + b"D\0\0\0\0"
for fd in range(0, 300):
    try:
        os.write(fd, forged)
    except OSError:
        pass
sys.exit(7)
