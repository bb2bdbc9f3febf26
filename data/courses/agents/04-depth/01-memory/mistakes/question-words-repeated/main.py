import math
import re


def tokenize(text):
    return re.findall(r"\w+", text.lower())


def search(question, passages, k=3):
    bags = [tokenize(p) for p in passages]
    scores = [0.0] * len(bags)
    for word in tokenize(question):
        holders = sum(word in bag for bag in bags)
        if holders:
            for i, bag in enumerate(bags):
                if bag:
                    scores[i] += bag.count(word) / len(bag) * math.log(len(bags) / holders)
    order = sorted(range(len(bags)), key=lambda i: (-round(scores[i], 12), i))
    return [i for i in order if scores[i] > 1e-12][:k]
