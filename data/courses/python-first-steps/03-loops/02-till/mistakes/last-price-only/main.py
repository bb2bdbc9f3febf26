total = 0
count = 0
line = input()
while line != "end":
    total = int(line)
    count += 1
    line = input()
print(f"{count} items, {total} cents")
