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


def respond(request):
    id = request.get("id")
    if request["method"] == "tools/list":
        return answer(id, {"tools": [{"name": name} for name in TOOLS]})
    if request["method"] != "tools/call":
        return error(id, -32601, "method not found")
    params = request.get("params") or {}
    arguments = params.get("arguments", {})
    if params.get("name") not in TOOLS or not isinstance(arguments, dict):
        return error(id, -32602, "invalid params")
    try:
        value = TOOLS[params["name"]](**arguments)
    except Exception as e:
        return answer(id, {"content": [{"type": "text", "text": str(e)}], "isError": True})
    return answer(id, {"content": [{"type": "text", "text": str(value)}]})


def handle(text):
    try:
        request = json.loads(text)
    except ValueError:
        return error(None, -32700, "parse error")
    if not isinstance(request, dict):
        return error(None, -32600, "invalid request")
    if request.get("jsonrpc") != "2.0" or not isinstance(request.get("method"), str):
        return error(request.get("id"), -32600, "invalid request")
    response = respond(request)
    return response if request.get("id") else None
