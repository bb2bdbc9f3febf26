def reflect(drafts, critiques, limit=3):
    """Improves until the critic is content, or it is time to stop."""
    best, best_score = None, None
    seen = set()
    for draft, (score, text) in list(zip(drafts, critiques))[:limit]:
        if draft in seen:
            return [best, "circle"]
        seen.add(draft)
        if text == "OK":
            return [draft, "content"]
        if best_score is None or score > best_score:
            best, best_score = draft, score
    return [best, "limit"]


print(reflect(
    ["def mean(v): return sum(v)/len(v)",
     "def mean(v): return sum(v)/len(v) if v else 0"],
    [[5, "What about an empty list?"], [9, "OK"]],
))
