def simulate(plans, knows):
    now = {name: set(knows.get(name, [])) for name in plans}
    hours = len(next(iter(plans.values()), []))
    heard = []
    for hour in range(hours):
        for name in plans:
            for other in sorted(plans):
                if plans[other][hour] == plans[name][hour]:
                    for fact in now[other] - now[name]:
                        heard.append((name, fact, hour, other))
                    now[name] |= now[other]
                    now[other] |= now[name]
    return now, heard


def spread(plans, knows):
    return {name: sorted(facts) for name, facts in simulate(plans, knows)[0].items()}


def first_heard(plans, knows, fact):
    result = {}
    for name, told, hour, other in simulate(plans, knows)[1]:
        if told == fact and name not in result:
            result[name] = [hour, other]
    return result


def recall(memories, now, k):
    def rank(memory):
        return (-round(memory["importance"] * 0.5 ** ((now - memory["hour"]) / 10), 9), -memory["hour"])

    return [memory["text"] for memory in sorted(memories, key=rank)[:k]]
