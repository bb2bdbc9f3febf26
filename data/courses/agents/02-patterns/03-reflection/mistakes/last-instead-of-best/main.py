def reflect(drafts, critiques, limit=3):
    seen = []
    for draft, (score, text) in list(zip(drafts, critiques))[:limit]:
        if draft in seen:
            return [seen[-1], "circle"]
        seen.append(draft)
        if text == "OK":
            return [draft, "content"]
    return [seen[-1], "limit"]
