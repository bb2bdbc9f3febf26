def vowels(text):
    count = 0
    for letter in text:
        count += 1
    return count


print(vowels("Banana"))
