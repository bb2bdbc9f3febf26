def check(plan, sights, hours, budget):
    by_name = {s["name"]: s for s in sights}
    faults, seen, cost = [], set(), 0
    for d, day in enumerate(plan):
        used = 0
        for name in day:
            if name not in by_name:
                faults.append(f"unknown: {name}")
                continue
            if name in seen:
                faults.append(f"twice: {name}")
            seen.add(name)
            if d in by_name[name].get("closed", []):
                faults.append(f"closed: {name}")
            used += by_name[name]["hours"]
            cost += by_name[name]["price"]
        if used > hours:
            faults.append(f"day {d} is too long")
    return faults + (["too expensive"] if cost > budget else [])


def make(sights, days, hours, budget):
    plan, left = [[] for _ in range(days)], [hours] * days
    for s in sorted(sights, key=lambda s: -s["score"]):
        if s["price"] > budget:
            continue
        budget -= s["price"]
        for d in range(days):
            if d not in s.get("closed", []) and s["hours"] <= left[d]:
                plan[d].append(s["name"])
                left[d] -= s["hours"]
                break
    return plan
