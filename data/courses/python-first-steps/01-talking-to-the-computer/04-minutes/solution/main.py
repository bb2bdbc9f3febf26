length = int(input())
hours = length // 60
minutes = length % 60
print(f"{hours} h {minutes} min")
