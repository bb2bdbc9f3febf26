def reflect(drafts, critiques, limit=3):
    """Improves until the critic is content, or it is time to stop."""
    for draft, (score, text) in zip(drafts, critiques):
        if text == "OK":
            return [draft, "content"]
    return [drafts[-1], "limit"]


print(reflect(
    ["def mean(v): return sum(v)/len(v)",
     "def mean(v): return sum(v)/len(v) if v else 0"],
    [[5, "What about an empty list?"], [9, "OK"]],
))
