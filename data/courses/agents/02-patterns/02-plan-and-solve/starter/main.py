import re

TOOLS = {
    "count": lambda text: str(len(text.split())),
    "double": lambda text: str(2 * int(text)),
    "join": lambda text: "-".join(text.split()),
}


def parse_plan(text):
    """The steps of a numbered list."""
    return text.splitlines()


def solve(text):
    """Results of all steps of a plan, in order."""
    results = []
    for step in parse_plan(text):
        name, argument = step.split(": ", 1)
        results.append(TOOLS[name](argument))
    return results


# re.sub calls a function for each match: here every {n} would become <n>.
print(re.sub(r"\{(\d+)\}", lambda match: f"<{match.group(1)}>", "join: {1} {2}"))
