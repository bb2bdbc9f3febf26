def parse_age(text):
    digits = "".join(c for c in text if c.isdigit())
    if not digits:
        return None
    age = int(digits)
    return age if age <= 130 else None
