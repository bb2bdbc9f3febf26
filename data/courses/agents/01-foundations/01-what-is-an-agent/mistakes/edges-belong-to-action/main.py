def decide(temperature, doing):
    if temperature <= 19:
        return "heat"
    if temperature >= 21:
        return "rest"
    return doing


def run(percepts):
    doing = "rest"
    actions = []
    for temperature in percepts:
        doing = decide(temperature, doing)
        actions.append(doing)
    return actions
