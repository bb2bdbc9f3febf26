import math
import re


def normalise(text):
    """Text in a form in which equal answers are equal."""
    text = re.sub(r"[^\w\s.]|_", " ", text.lower())
    text = re.sub(r"(?<!\d)\.|\.(?!\d)", " ", text)
    return " ".join(word for word in text.split() if word not in ("a", "an", "the"))


def pass_at(n, c, k):
    """Chance that at least one of k tries succeeds, with c successes in n."""
    return 1 - math.comb(n - c, k) / math.comb(n, k)


def pass_all(n, c, k):
    """Chance that all of k tries succeed."""
    return math.comb(c, k) / math.comb(n, k)


def f1(needed, made):
    """Agreement of the calls that were made with those that were needed."""
    needed, made = set(needed), set(made)
    if not needed and not made:
        return 1.0
    common = len(needed & made)
    if common == 0:
        return 0.0
    precision, recall = common / len(made), common / len(needed)
    return 2 * precision * recall / (precision + recall)


print(normalise("The answer: 1.5 km."))
print(pass_at(10, 8, 3), pass_all(10, 8, 3))
