def fit(messages, budget):
    """Positions of the messages that are sent, in order."""
    kept = []
    used = 0
    for position in range(len(messages) - 1, -1, -1):
        used += messages[position]["tokens"]
        if used <= budget:
            kept.append(position)
    return sorted(kept)


conversation = [
    {"role": "system", "tokens": 50},
    {"role": "user", "tokens": 200},
    {"role": "assistant", "tokens": 30},
    {"role": "tool", "tokens": 400},
    {"role": "assistant", "tokens": 100},
    {"role": "user", "tokens": 40},
]
print(fit(conversation, 300))
