def is_palindrome(text):
    return text == text[::-1]


print(is_palindrome("level"))
print(is_palindrome("A man, a plan, a canal: Panama!"))
