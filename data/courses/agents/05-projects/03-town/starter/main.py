def spread(plans, knows):
    """Who knows what in the end."""
    return {name: sorted(knows.get(name, [])) for name in plans}


def first_heard(plans, knows, fact):
    """When and from whom each one learnt a fact."""
    return {}


def recall(memories, now, k):
    """The k memories that matter most now."""
    return [memory["text"] for memory in memories][:k]


PLANS = {
    "Ada": ["café", "park", "library"],
    "Bo": ["café", "home", "park"],
    "Cleo": ["library", "park", "library"],
    "Dan": ["home", "home", "library"],
}
print(spread(PLANS, {"Bo": ["party on Friday"]}))
print(first_heard(PLANS, {"Bo": ["party on Friday"]}, "party on Friday"))
