first = input()
second = input()
print(f"sum: {first + second}")
