import json


def add(a, b):
    return a + b


def weather(city):
    if city != "Bern":
        raise ValueError(f"no weather station in {city}")
    return "rain"


TOOLS = {"add": add, "weather": weather}


def answer(id, result):
    return {"jsonrpc": "2.0", "id": id, "result": result}


def error(id, code, message):
    return {"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}


def handle(text):
    """Answer to one message, or None."""
    request = json.loads(text)
    if request["method"] == "tools/call":
        params = request["params"]
        value = TOOLS[params["name"]](**params["arguments"])
        return answer(request["id"], {"content": [{"type": "text", "text": str(value)}]})
    return error(request["id"], -32601, "method not found")


print(handle('{"jsonrpc": "2.0", "id": 7, "method": "tools/call",'
             ' "params": {"name": "add", "arguments": {"a": 2, "b": 3}}}'))
