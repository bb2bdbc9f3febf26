def hours(plans):
    return len(next(iter(plans.values()), []))


def simulate(plans, knows):
    """Knowledge at the beginning of every hour, and after the last one."""
    now = {name: set(knows.get(name, [])) for name in plans}
    history = [now]
    for hour in range(hours(plans)):
        now = {
            name: set().union(*(history[-1][other] for other in plans if plans[other][hour] == plans[name][hour]))
            for name in plans
        }
        history.append(now)
    return history


def spread(plans, knows):
    """Who knows what in the end."""
    return {name: sorted(facts) for name, facts in simulate(plans, knows)[-1].items()}


def first_heard(plans, knows, fact):
    """When and from whom each one learnt a fact."""
    history = simulate(plans, knows)
    heard = {}
    for hour in range(hours(plans)):
        for name in plans:
            if fact in history[hour + 1][name] and fact not in history[hour][name]:
                tellers = [o for o in plans if plans[o][hour] == plans[name][hour] and fact in history[hour][o]]
                heard[name] = [hour, min(tellers)]
    return heard


def recall(memories, now, k):
    """The k memories that matter most now."""
    def rank(memory):
        score = memory["importance"] * 0.5 ** ((now - memory["hour"]) / 10)
        return (-round(score, 9), -memory["hour"])

    return [memory["text"] for memory in sorted(memories, key=rank)[:k]]


PLANS = {
    "Ada": ["café", "park", "library"],
    "Bo": ["café", "home", "park"],
    "Cleo": ["library", "park", "library"],
    "Dan": ["home", "home", "library"],
}
print(spread(PLANS, {"Bo": ["party on Friday"]}))
print(first_heard(PLANS, {"Bo": ["party on Friday"]}, "party on Friday"))
