age = int(input())
if age <= 6:
    print("free")
elif age <= 18:
    print("4 euros")
elif age <= 65:
    print("9 euros")
else:
    print("6 euros")
