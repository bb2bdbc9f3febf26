import math


def softmax(logits, temperature):
    largest = max(logits)
    powers = [math.exp((z - largest) / temperature) for z in logits]
    total = sum(powers)
    return [power / total for power in powers]


def top_p(probabilities, p):
    kept, mass = [], 0.0
    for position in sorted(range(len(probabilities)), key=lambda i: (-probabilities[i], i)):
        if mass > p:
            break
        kept.append(position)
        mass += probabilities[position]
    return kept
