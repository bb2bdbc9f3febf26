import math


def softmax(logits, temperature):
    powers = [math.exp(z / temperature) for z in logits]
    total = sum(powers)
    return [power / total for power in powers]


def top_p(probabilities, p):
    kept, mass = [], 0.0
    for position in sorted(range(len(probabilities)), key=lambda i: (-probabilities[i], i)):
        kept.append(position)
        mass += probabilities[position]
        if mass >= p:
            break
    return kept
