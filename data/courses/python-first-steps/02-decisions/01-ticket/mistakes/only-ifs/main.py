age = int(input())
if age < 6:
    print("free")
if age < 18:
    print("4 euros")
if age < 65:
    print("9 euros")
else:
    print("6 euros")
