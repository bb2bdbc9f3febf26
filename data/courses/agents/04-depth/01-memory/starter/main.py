import math
import re


def tokenize(text):
    return text.split()


def search(question, passages, k=3):
    """Positions of the passages that fit best."""
    words = tokenize(question)
    scores = []
    for passage in passages:
        tokens = tokenize(passage)
        scores.append(sum(tokens.count(word) for word in words))
    order = sorted(range(len(passages)), key=lambda i: -scores[i])
    return order[:k]


notes = [
    "The kettle in the kitchen switches itself off.",
    "The password of the printer is on the printer.",
    "The printer in the hall needs paper of size A4.",
]
print(search("What paper does the printer need?", notes))
