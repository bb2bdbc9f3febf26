def is_palindrome(text):
    clean = ""
    for character in text.lower():
        if character.isalnum():
            clean += character
    return clean == clean[::-1]


print(is_palindrome("level"))
print(is_palindrome("A man, a plan, a canal: Panama!"))
