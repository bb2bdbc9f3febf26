import re

TOOLS = {
    "count": lambda text: str(len(text.split())),
    "double": lambda text: str(2 * int(text)),
    "join": lambda text: "-".join(text.split()),
}


def parse_plan(text):
    return re.findall(r"^\s*\d+\.\s*(.*\S)", text, re.MULTILINE)


def solve(text):
    results = []
    for step in parse_plan(text):
        name, _, argument = step.partition(": ")
        argument = re.sub(r"\{(\d+)\}", lambda match: results[int(match.group(1)) - 1], argument)
        results.append(TOOLS[name](argument) if name in TOOLS else "failed")
    return results
