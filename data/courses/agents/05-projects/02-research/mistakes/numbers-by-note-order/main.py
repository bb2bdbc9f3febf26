def canonical(url):
    for scheme in ("https://", "http://"):
        if url.lower().startswith(scheme):
            url = url[len(scheme):]
            break
    address, _, query = url.split("#")[0].partition("?")
    host, slash, path = address.partition("/")
    host = host.lower()
    host = host[4:] if host.startswith("www.") else host
    kept = [part for part in query.split("&") if part and not part.startswith("utm_")]
    return (host + slash + path).rstrip("/") + ("?" + "&".join(kept) if kept else "")


def gather(topics, notes):
    sources = []
    for note in notes:
        if note["topic"] in topics and canonical(note["url"]) not in sources:
            sources.append(canonical(note["url"]))
    sections = []
    for topic in topics:
        statements = {}
        for note in notes:
            if note["topic"] == topic:
                s = statements.setdefault(note["text"].strip().lower(), [note["text"], set()])
                s[1].add(sources.index(canonical(note["url"])) + 1)
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
