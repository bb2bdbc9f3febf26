import math
import re


def normalise(text):
    text = re.sub(r"[^\w\s]", "", text.lower())
    return " ".join(word for word in text.split() if word not in ("a", "an", "the"))


def pass_at(n, c, k):
    return 1 - math.comb(n - c, k) / math.comb(n, k)


def pass_all(n, c, k):
    return math.comb(c, k) / math.comb(n, k)


def f1(needed, made):
    needed, made = set(needed), set(made)
    if not needed and not made:
        return 1.0
    common = len(needed & made)
    return 2 * common / (len(needed) + len(made))
