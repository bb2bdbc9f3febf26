import sys

takings = {}
skipped = 0
for line in sys.stdin:
    parts = line.strip().split(",")
    try:
        thing, pieces, cents = parts
        amount = int(pieces) * int(cents)
    except ValueError:
        skipped += 1
        continue
    takings[thing] = takings.get(thing, 0) + amount
for thing in sorted(takings):
    print(f"{thing}: {takings[thing] / 100:.2f}")
print(f"total: {sum(takings.values()) / 100:.2f}")
print(f"skipped: {skipped}")
