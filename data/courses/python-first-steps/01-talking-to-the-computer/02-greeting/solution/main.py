name = input()
print(f"Hello, {name}! Nice to meet you.")
