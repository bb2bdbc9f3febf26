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
EMPTY = inspect.Parameter.empty


def schema(name):
    ps = inspect.signature(TOOLS[name]).parameters.values()
    return {
        "name": name,
        "description": inspect.getdoc(TOOLS[name]).splitlines()[0],
        "parameters": {
            "type": "object",
            "properties": {p.name: {"type": TYPES[p.annotation]} for p in ps},
            "required": [p.name for p in ps if p.default is EMPTY],
        },
    }


def call(name, arguments):
    if name not in TOOLS:
        return f"no such tool: {name}"
    known = inspect.signature(TOOLS[name]).parameters
    unknown = sorted(key for key in arguments if key not in known)
    if unknown:
        return "unknown: " + ", ".join(unknown)
    missing = [p.name for p in known.values() if p.default is EMPTY and p.name not in arguments]
    if missing:
        return "missing: " + ", ".join(missing)
    for p in known.values():
        allowed = (int, float) if p.annotation is float else p.annotation
        if p.name in arguments and not isinstance(arguments[p.name], allowed):
            return f"wrong type: {p.name} should be {TYPES[p.annotation]}"
    return TOOLS[name](**arguments)
