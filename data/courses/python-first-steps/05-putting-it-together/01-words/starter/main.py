def count_words(text):
    counts = {}
    for word in text.split():
        counts[word] = 1
    return counts


print(count_words("To be or not to be"))
