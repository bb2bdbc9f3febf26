import math
import re


def tokenize(text):
    return re.findall(r"\w+", text.lower())


def search(question, passages, k=3):
    """Positions of the passages that fit best."""
    bags = [tokenize(passage) for passage in passages]
    scores = [0.0] * len(passages)
    for word in set(tokenize(question)):
        holders = sum(word in bag for bag in bags)
        if holders == 0:
            continue
        idf = math.log(len(passages) / holders)
        for i, bag in enumerate(bags):
            if bag:
                scores[i] += bag.count(word) / len(bag) * idf
    order = sorted(range(len(passages)), key=lambda i: (-round(scores[i], 12), i))
    return [i for i in order if scores[i] > 1e-12][:k]


notes = [
    "The kettle in the kitchen switches itself off.",
    "The password of the printer is on the printer.",
    "The printer in the hall needs paper of size A4.",
]
print(search("What paper does the printer need?", notes))
