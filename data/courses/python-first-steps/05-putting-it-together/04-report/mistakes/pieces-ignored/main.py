import sys

takings = {}
skipped = 0
for line in sys.stdin:
    parts = line.strip().split(",")
    try:
        thing, pieces, cents = parts[0], int(parts[1]), int(parts[2])
        if len(parts) != 3:
            raise ValueError
    except (ValueError, IndexError):
        skipped += 1
        continue
    takings[thing] = takings.get(thing, 0) + cents
for thing in sorted(takings):
    print(f"{thing}: {takings[thing] / 100:.2f}")
print(f"total: {sum(takings.values()) / 100:.2f}")
if skipped:
    print(f"skipped: {skipped}")
