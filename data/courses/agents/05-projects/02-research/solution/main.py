def canonical(url):
    """One form for all addresses of the same page."""
    for scheme in ("https://", "http://"):
        if url.lower().startswith(scheme):
            url = url[len(scheme):]
            break
    url = url.split("#")[0]
    address, _, query = url.partition("?")
    host, slash, path = address.partition("/")
    host = host.lower()
    if host.startswith("www."):
        host = host[len("www."):]
    kept = [part for part in query.split("&") if part and not part.startswith("utm_")]
    return (host + slash + path).rstrip("/") + ("?" + "&".join(kept) if kept else "")


def gather(topics, notes):
    """Sources in order, and for each topic its statements as [text, numbers]."""
    sources = []
    sections = []
    for topic in topics:
        statements = {}
        for note in notes:
            if note["topic"] != topic:
                continue
            url = canonical(note["url"])
            if url not in sources:
                sources.append(url)
            statement = statements.setdefault(note["text"].strip().lower(), [note["text"], set()])
            statement[1].add(sources.index(url) + 1)
        sections.append([topic, list(statements.values())])
    return sources, sections


def report(topics, notes):
    """Lines of the report, with numbered sources."""
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
    """Statements with only one source."""
    return [text for _, statements in gather(topics, notes)[1] for text, numbers in statements if len(numbers) == 1]


NOTES = [
    {"topic": "origin", "text": "Tea comes from China.", "url": "https://www.example.org/tea/?utm_source=mail#top"},
    {"topic": "origin", "text": "tea comes from China. ", "url": "http://museum.example/leaves?page=2"},
    {"topic": "health", "text": "It contains caffeine.", "url": "http://example.org/tea"},
]
print("\n".join(report(["origin", "health", "price"], NOTES)))
