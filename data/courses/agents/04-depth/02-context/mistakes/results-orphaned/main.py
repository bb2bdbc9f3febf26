def fit(messages, budget):
    kept = [i for i, m in enumerate(messages) if m["role"] == "system"]
    left = budget - sum(messages[i]["tokens"] for i in kept)
    for i in range(len(messages) - 1, -1, -1):
        if messages[i]["role"] == "system":
            continue
        if messages[i]["tokens"] > left:
            break
        left -= messages[i]["tokens"]
        kept.append(i)
    return sorted(kept)
