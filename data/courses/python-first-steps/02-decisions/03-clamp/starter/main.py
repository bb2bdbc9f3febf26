def clamp(value, low, high):
    return value


print(clamp(14, 0, 10))
