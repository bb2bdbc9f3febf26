#: about: secrets in source, stdin, arguments, environment, heap, output and file names; the canary looks for them
#: stdin: LEFTOVER-9f31c0de
#: args: LEFTOVER-9f31c0de
#: file: LEFTOVER-9f31c0de/LEFTOVER-9f31c0de.txt = LEFTOVER-9f31c0de
#: stdout: LEFTOVER-9f31c0de
#: stderr: LEFTOVER-9f31c0de
#: exit: 1
import os, sys
os.environ["LEFTOVER-9f31c0de"] = "LEFTOVER-9f31c0de"
kept = [("LEFTOVER-9f31c0de%d" % i).encode() for i in range(1000)]
print("LEFTOVER-9f31c0de" * 5000, input())
sys.stderr.write("LEFTOVER-9f31c0de" * 5000)
os.mkdir("/tmp/LEFTOVER-9f31c0de")
raise ValueError("LEFTOVER-9f31c0de")
