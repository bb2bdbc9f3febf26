import re


def needs(template):
    """Names that a template refers to."""
    return re.findall(r"\{(\w+)\}", template)


def order(flow, inputs):
    """Names of the boxes in an order in which they can run, or None."""
    return list(flow)


def run(flow, inputs):
    """The value of the last box, or None when the flow cannot run."""
    values = dict(inputs)
    for name in order(flow, inputs):
        values[name] = flow[name].format(**values)
    return values[name]


print(run(
    {"greeting": "Dear {name},", "letter": "{greeting} it rains in {city}."},
    {"name": "Mei", "city": "Bern"},
))
