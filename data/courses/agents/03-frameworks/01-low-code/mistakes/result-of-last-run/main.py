import re


def order(flow, inputs):
    known, result = set(inputs), []
    while len(result) < len(flow):
        ready = [n for n in flow if n not in result and all(x in known for x in re.findall(r"\{(\w+)\}", flow[n]))]
        if not ready:
            return None
        result.append(ready[0])
        known.add(ready[0])
    return result


def run(flow, inputs):
    names = order(flow, inputs)
    if not names:
        return None
    values = dict(inputs)
    for name in names:
        values[name] = flow[name].format(**values)
    return values[name]
