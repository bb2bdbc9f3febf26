def parse_age(text):
    return int(text)


print(parse_age("42"))
