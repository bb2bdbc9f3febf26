def simulate(plans, knows):
    history = [{name: set(knows.get(name, [])) for name in plans}]
    for hour in range(len(next(iter(plans.values()), []))):
        before = history[-1]
        history.append({
            name: set().union(*(before[o] for o in plans if plans[o][hour] == plans[name][hour])) for name in plans
        })
    return history


def spread(plans, knows):
    return {name: sorted(facts) for name, facts in simulate(plans, knows)[-1].items()}


def first_heard(plans, knows, fact):
    history, result = simulate(plans, knows), {}
    for hour in range(len(history) - 1):
        for name in plans:
            if fact in history[hour + 1][name] and fact not in history[hour][name]:
                result[name] = [
                    hour,
                    min(o for o in plans if plans[o][hour] == plans[name][hour] and fact in history[hour][o]),
                ]
    return result


def recall(memories, now, k):
    return [memory["text"] for memory in sorted(memories, key=lambda m: -m["importance"])[:k]]
