name = input()
print("Hello!")
