import re

TOOLS = {
    "count": lambda text: str(len(text.split())),
    "double": lambda text: str(2 * int(text)),
    "join": lambda text: "-".join(text.split()),
}


def parse_plan(text):
    """The steps of a numbered list."""
    return re.findall(r"^\s*\d+\.\s*(.*\S)", text, re.MULTILINE)


def usable(number, results):
    return 1 <= number <= len(results) and results[number - 1] not in ("failed", "skipped")


def solve(text):
    """Results of all steps of a plan, in order."""
    results = []
    for step in parse_plan(text):
        name, _, argument = step.partition(": ")
        needed = [int(number) for number in re.findall(r"\{(\d+)\}", argument)]
        if not all(usable(number, results) for number in needed):
            results.append("skipped")
        elif name not in TOOLS:
            results.append("failed")
        else:
            argument = re.sub(r"\{(\d+)\}", lambda match: results[int(match.group(1)) - 1], argument)
            results.append(TOOLS[name](argument))
    return results


print(solve("1. count: a b c\n2. double: {1}"))
