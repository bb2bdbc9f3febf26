import math
import re


def normalise(text):
    """Text in a form in which equal answers are equal."""
    return text.lower()


def pass_at(n, c, k):
    """Chance that at least one of k tries succeeds, with c successes in n."""
    return c / n


def pass_all(n, c, k):
    """Chance that all of k tries succeed."""
    return (c / n) ** k


def f1(needed, made):
    """Agreement of the calls that were made with those that were needed."""
    return 0.0


print(normalise("The answer: 1.5 km."))
print(pass_at(10, 8, 3), pass_all(10, 8, 3))
