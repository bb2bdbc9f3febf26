total = 0
count = 0
price = input()
total = total + int(price)
print(f"{count} items, {total} cents")
