LOW = 19
HIGH = 21


def decide(temperature, doing):
    """The agent's policy: what to do next, given what it sees and what it is doing."""
    if temperature < LOW:
        return "heat"
    if temperature > HIGH:
        return "rest"
    return doing


def run(percepts):
    """The loop: perceive, decide, act."""
    doing = "rest"
    actions = []
    for temperature in percepts:
        doing = decide(temperature, doing)
        actions.append(doing)
    return actions


print(run([18, 20, 22, 20]))
