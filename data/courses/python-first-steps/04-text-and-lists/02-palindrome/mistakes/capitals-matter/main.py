def is_palindrome(text):
    clean = "".join(c for c in text if c.isalnum())
    return clean == clean[::-1]
