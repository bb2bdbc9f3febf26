import math


def softmax(logits, temperature):
    """Probabilities for scores; temperature > 0."""
    powers = [math.exp(z) for z in logits]
    return powers


def top_p(probabilities, p):
    """Positions of the likeliest tokens that together reach p."""
    return list(range(len(probabilities)))


words = ["mat", "sofa", "moon", "invoice"]
scores = [4.0, 3.0, 1.0, -2.0]
for temperature in (0.2, 1.0, 3.0):
    shown = ", ".join(f"{word} {p:.2f}" for word, p in zip(words, softmax(scores, temperature)))
    print(f"T={temperature}: the cat sat on the … {shown}")
