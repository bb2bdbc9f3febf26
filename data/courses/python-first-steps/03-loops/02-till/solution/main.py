total = 0
count = 0
while True:
    line = input()
    if line == "end":
        break
    total += int(line)
    count += 1
print(f"{count} items, {total} cents")
