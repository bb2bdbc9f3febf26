SIGHTS = [
    {"name": "museum", "score": 9, "hours": 3, "price": 12, "closed": [0]},
    {"name": "tower", "score": 8, "hours": 2, "price": 30},
    {"name": "market", "score": 7, "hours": 2, "price": 0, "closed": [1]},
    {"name": "garden", "score": 7, "hours": 4, "price": 5},
]


def check(plan, sights, hours, budget):
    """Everything that is wrong with a plan."""
    by_name = {sight["name"]: sight for sight in sights}
    faults, seen, cost = [], set(), 0
    for number, day in enumerate(plan):
        used = 0
        for name in day:
            if name not in by_name:
                faults.append(f"unknown: {name}")
                continue
            sight = by_name[name]
            if name in seen:
                faults.append(f"twice: {name}")
            seen.add(name)
            if number in sight.get("closed", []):
                faults.append(f"closed: {name}")
            used += sight["hours"]
            cost += sight["price"]
        if used > hours:
            faults.append(f"day {number} is too long")
    return faults + (["too expensive"] if cost > budget else [])


def make(sights, days, hours, budget):
    """A plan, greedy by score."""
    plan = [[] for _ in range(days)]
    left = [hours] * days
    for sight in sorted(sights, key=lambda s: -s["score"]):
        if sight["price"] > budget:
            continue
        for day in range(days):
            if day not in sight.get("closed", []) and sight["hours"] <= left[day]:
                plan[day].append(sight["name"])
                left[day] -= sight["hours"]
                budget -= sight["price"]
                break
    return plan


plan = make(SIGHTS, 2, 6, 50)
for number, day in enumerate(plan, 1):
    print(f"Day {number}: {', '.join(day)}")
print(check(plan, SIGHTS, 6, 50))
