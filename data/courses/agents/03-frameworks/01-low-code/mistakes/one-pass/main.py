import re


def order(flow, inputs):
    known, result = set(inputs), []
    for name, template in flow.items():
        if all(n in known for n in re.findall(r"\{(\w+)\}", template)):
            result.append(name)
            known.add(name)
    return result if len(result) == len(flow) else None


def run(flow, inputs):
    names = order(flow, inputs)
    if not names:
        return None
    values = dict(inputs)
    for name in names:
        values[name] = flow[name].format(**values)
    return values[list(flow)[-1]]
