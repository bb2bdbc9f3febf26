def fit(messages, budget):
    kept = [i for i, m in enumerate(messages) if m["role"] == "system"]
    left = budget - sum(messages[i]["tokens"] for i in kept)
    groups = []
    for i, m in enumerate(messages):
        if m["role"] == "system":
            continue
        if m["role"] == "tool" and groups:
            groups[-1].append(i)
        else:
            groups.append([i])
    for group in reversed(groups):
        cost = sum(messages[i]["tokens"] for i in group)
        if cost <= left:
            left -= cost
            kept += group
    return sorted(kept)
