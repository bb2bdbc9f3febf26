def is_leap(year):
    return False


# Try it here; the tests call the function themselves.
print(is_leap(2024))
