def parse_age(text):
    try:
        age = int(text)
    except ValueError:
        return None
    if age < 0 or age > 130:
        return None
    return age


print(parse_age("42"))
