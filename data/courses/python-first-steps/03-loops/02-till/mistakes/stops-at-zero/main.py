total = 0
count = 0
line = input()
while line != "end" and int(line) != 0:
    total += int(line)
    count += 1
    line = input()
print(f"{count} items, {total} cents")
