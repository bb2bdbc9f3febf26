import math


def softmax(logits, temperature):
    """Probabilities for scores; temperature > 0."""
    largest = max(logits)
    powers = [math.exp((z - largest) / temperature) for z in logits]
    total = sum(powers)
    return [power / total for power in powers]


def top_p(probabilities, p):
    """Positions of the likeliest tokens that together reach p."""
    order = sorted(range(len(probabilities)), key=lambda i: (-probabilities[i], i))
    kept = []
    mass = 0.0
    for position in order:
        kept.append(position)
        mass += probabilities[position]
        if mass >= p:
            break
    return kept


words = ["mat", "sofa", "moon", "invoice"]
scores = [4.0, 3.0, 1.0, -2.0]
for temperature in (0.2, 1.0, 3.0):
    shown = ", ".join(f"{word} {p:.2f}" for word, p in zip(words, softmax(scores, temperature)))
    print(f"T={temperature}: the cat sat on the … {shown}")
