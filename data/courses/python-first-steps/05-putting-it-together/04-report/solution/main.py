import sys


def parse(line):
    """Thing and amount in cents, or None for a line that makes no sense."""
    parts = line.strip().split(",")
    if len(parts) != 3:
        return None
    try:
        return parts[0], int(parts[1]) * int(parts[2])
    except ValueError:
        return None


takings = {}
skipped = 0
for line in sys.stdin:
    sale = parse(line)
    if sale is None:
        skipped += 1
        continue
    thing, amount = sale
    takings[thing] = takings.get(thing, 0) + amount

for thing in sorted(takings):
    print(f"{thing}: {takings[thing] / 100:.2f}")
print(f"total: {sum(takings.values()) / 100:.2f}")
if skipped > 0:
    print(f"skipped: {skipped}")
