import re


def needs(template):
    """Names that a template refers to."""
    return re.findall(r"\{(\w+)\}", template)


def order(flow, inputs):
    """Names of the boxes in an order in which they can run, or None."""
    known = set(inputs)
    result = []
    while len(result) < len(flow):
        ready = [name for name in flow if name not in result and all(n in known for n in needs(flow[name]))]
        if not ready:
            return None
        result.append(ready[0])
        known.add(ready[0])
    return result


def run(flow, inputs):
    """The value of the last box, or None when the flow cannot run."""
    names = order(flow, inputs)
    if not names:
        return None
    values = dict(inputs)
    for name in names:
        values[name] = flow[name].format(**values)
    return values[list(flow)[-1]]


print(run(
    {"greeting": "Dear {name},", "letter": "{greeting} it rains in {city}."},
    {"name": "Mei", "city": "Bern"},
))
