def canonical(url):
    url = url.lower()
    for scheme in ("https://", "http://"):
        url = url.removeprefix(scheme)
    address, _, query = url.split("#")[0].partition("?")
    address = address.removeprefix("www.")
    kept = [part for part in query.split("&") if part and not part.startswith("utm_")]
    return address.rstrip("/") + ("?" + "&".join(kept) if kept else "")


def gather(topics, notes):
    sources, sections = [], []
    for topic in topics:
        statements = {}
        for note in notes:
            if note["topic"] != topic:
                continue
            url = canonical(note["url"])
            if url not in sources:
                sources.append(url)
            s = statements.setdefault(note["text"].strip().lower(), [note["text"], set()])
            s[1].add(sources.index(url) + 1)
        sections.append([topic, list(statements.values())])
    return sources, sections


def report(topics, notes):
    sources, sections = gather(topics, notes)
    lines = []
    for topic, statements in sections:
        lines.append(f"## {topic}")
        for text, numbers in statements:
            lines.append(f"- {text} " + "".join(f"[{n}]" for n in sorted(numbers)))
        if not statements:
            lines.append("- open")
    if sources:
        lines.append("## sources")
        lines += [f"[{n}] {url}" for n, url in enumerate(sources, 1)]
    return lines


def single(topics, notes):
    return [text for _, ss in gather(topics, notes)[1] for text, numbers in ss if len(numbers) == 1]
