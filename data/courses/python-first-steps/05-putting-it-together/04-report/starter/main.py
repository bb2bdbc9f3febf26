import sys

takings = {}
for line in sys.stdin:
    thing, pieces, cents = line.strip().split(",")
    print(thing)
