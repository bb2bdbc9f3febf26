def canonical(url):
    """One form for all addresses of the same page."""
    return url


def report(topics, notes):
    """Lines of the report, with numbered sources."""
    lines = []
    for topic in topics:
        lines.append(f"## {topic}")
    return lines


def single(topics, notes):
    """Statements with only one source."""
    return []


NOTES = [
    {"topic": "origin", "text": "Tea comes from China.", "url": "https://www.example.org/tea/?utm_source=mail#top"},
    {"topic": "origin", "text": "tea comes from China. ", "url": "http://museum.example/leaves?page=2"},
    {"topic": "health", "text": "It contains caffeine.", "url": "http://example.org/tea"},
]
print("\n".join(report(["origin", "health", "price"], NOTES)))
