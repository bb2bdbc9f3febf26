#: about: what strict leaves alone
#: safety: strict
#: stdin: a
#: stdout-is: a main.py True\n
#: exit: 3
#: entry: main.py
import os, sys
line = sys.stdin.readline()
sys.stdout.write(line + " " + os.path.basename(sys.argv[0]) + " " + str(os.getcwd() != "") + "\n")
sys.exit(3)
