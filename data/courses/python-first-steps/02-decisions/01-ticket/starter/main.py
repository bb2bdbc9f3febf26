age = int(input())
if age < 6:
    print("free")
else:
    print("9 euros")
