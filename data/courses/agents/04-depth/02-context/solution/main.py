def groups(messages):
    """Positions of the messages beside the system's, in groups that belong together."""
    found = []
    for position, message in enumerate(messages):
        if message["role"] == "system":
            continue
        if message["role"] == "tool" and found:
            found[-1].append(position)
        else:
            found.append([position])
    return found


def fit(messages, budget):
    """Positions of the messages that are sent, in order."""
    kept = [i for i, message in enumerate(messages) if message["role"] == "system"]
    left = budget - sum(messages[i]["tokens"] for i in kept)
    for group in reversed(groups(messages)):
        cost = sum(messages[i]["tokens"] for i in group)
        if cost > left:
            break
        left -= cost
        kept += group
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
