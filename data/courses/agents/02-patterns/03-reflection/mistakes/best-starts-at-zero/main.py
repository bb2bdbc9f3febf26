def reflect(drafts, critiques, limit=3):
    best, best_score = None, 0
    seen = set()
    for draft, (score, text) in list(zip(drafts, critiques))[:limit]:
        if draft in seen:
            return [best, "circle"]
        seen.add(draft)
        if text == "OK":
            return [draft, "content"]
        if score > best_score:
            best, best_score = draft, score
    return [best, "limit"]
