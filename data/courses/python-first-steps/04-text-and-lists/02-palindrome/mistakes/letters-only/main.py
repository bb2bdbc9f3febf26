def is_palindrome(text):
    clean = "".join(c for c in text.lower() if c.isalpha())
    return clean == clean[::-1]
