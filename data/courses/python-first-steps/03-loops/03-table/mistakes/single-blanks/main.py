n = int(input())
for row in range(1, n + 1):
    print("".join(f"   {row * column}" for column in range(1, n + 1)))
