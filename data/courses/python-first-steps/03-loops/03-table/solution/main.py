n = int(input())
for row in range(1, n + 1):
    line = ""
    for column in range(1, n + 1):
        line += f"{row * column:4}"
    print(line)
