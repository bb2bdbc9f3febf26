import re


def lookup(name):
    facts = {"Ada Lovelace": "born 1815; notes published 1843", "Alan Turing": "born 1912"}
    if name not in facts:
        raise KeyError(name)
    return facts[name]


def calculate(expression):
    left, sign, right = expression.split()
    if sign == "+":
        return str(int(left) + int(right))
    if sign == "-":
        return str(int(left) - int(right))
    raise ValueError("only + and - are known")


TOOLS = {"lookup": lookup, "calculate": calculate}


def parse(text):
    """The first action in a reply as (name, argument), or None."""
    match = re.search(r"Action: (\w+)\[(.*)\]", text)
    return match.groups() if match else None


def run(replies, limit=5):
    """The loop. Returns the observations, and the end of the story as last entry."""
    observations = []
    for reply in replies:
        name, argument = parse(reply)
        observations.append(TOOLS[name](argument))
    return observations


print(run([
    "Thought: I need two years.\nAction: lookup[Ada Lovelace]",
    "Thought: Subtract.\nAction: calculate[1843 - 1815]",
    "Thought: Done.\nAction: finish[28]",
]))
