import inspect


def weather(city: str, days: int = 1):
    """Weather in a city for some days."""
    return f"{city}: rain for {days} day(s)"


def convert(amount: float, source: str, target: str, rounded: bool = False):
    """Converts money from one currency to another.

    The rates are made up.
    """
    rates = {"EUR": 1.0, "CNY": 8.0, "CHF": 0.5}
    value = amount / rates[source] * rates[target]
    return str(round(value)) if rounded else str(value)


TOOLS = {"weather": weather, "convert": convert}
TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def parameters(name):
    return inspect.signature(TOOLS[name]).parameters


def is_required(parameter):
    return parameter.default is inspect.Parameter.empty


def schema(name):
    """What a model gets to know about a tool."""
    return {
        "name": name,
        "description": inspect.getdoc(TOOLS[name]).splitlines()[0],
        "parameters": {
            "type": "object",
            "properties": {p.name: {"type": TYPES[p.annotation]} for p in parameters(name).values()},
            "required": [p.name for p in parameters(name).values() if is_required(p)],
        },
    }


def fits(value, annotation):
    if isinstance(value, bool):
        return annotation is bool
    if annotation is float:
        return isinstance(value, (int, float))
    return isinstance(value, annotation)


def call(name, arguments):
    """Checks the arguments, then calls the tool. Mistakes come back as a sentence."""
    if name not in TOOLS:
        return f"no such tool: {name}"
    known = parameters(name)
    unknown = sorted(key for key in arguments if key not in known)
    if unknown:
        return "unknown: " + ", ".join(unknown)
    missing = [p.name for p in known.values() if is_required(p) and p.name not in arguments]
    if missing:
        return "missing: " + ", ".join(missing)
    for p in known.values():
        if p.name in arguments and not fits(arguments[p.name], p.annotation):
            return f"wrong type: {p.name} should be {TYPES[p.annotation]}"
    return TOOLS[name](**arguments)


print(schema("weather"))
print(call("weather", {"city": "Chengdu", "days": 3}))
