def tools(notes):
    """The tools, and which of them change something."""

    def write(title, text):
        notes[title] = text
        return "saved"

    def delete(title):
        if title not in notes:
            raise ValueError(f"no note {title}")
        del notes[title]
        return "deleted"

    def read(title):
        if title not in notes:
            raise ValueError(f"no note {title}")
        return notes[title]

    def titles():
        return ", ".join(sorted(notes)) or "empty"

    return {"read": read, "list": titles, "write": write, "delete": delete}, {"write", "delete"}


def act(name, arguments, known, changing, approvals):
    """One call of a tool: what the trace says after its name."""
    if name not in known:
        return "unknown"
    if name in changing and not (approvals and approvals.pop(0)):
        return "refused"
    try:
        return known[name](**arguments)
    except Exception as e:
        return f"error: {e}"


def run_agent(replies, approvals, budget):
    """Runs the agent to one of its ends."""
    notes = {"todo": "buy tea"}
    known, changing = tools(notes)
    approvals = list(approvals)
    trace = []
    last, times = None, 0

    def end(status, answer=None):
        return {"status": status, "answer": answer, "trace": trace, "notes": notes}

    for reply in replies:
        if reply["tokens"] > budget:
            return end("budget")
        budget -= reply["tokens"]
        if "answer" in reply:
            return end("done", reply["answer"])
        name, arguments = reply["tool"], reply["arguments"]
        times = times + 1 if (name, arguments) == last else 1
        last = (name, arguments)
        if times == 3:
            return end("stuck")
        outcome = "repeated" if times == 2 else act(name, arguments, known, changing, approvals)
        trace.append(f"{name}: {outcome}")
    return end("lost")


print(run_agent(
    [
        {"tokens": 20, "tool": "read", "arguments": {"title": "todo"}},
        {"tokens": 30, "tool": "delete", "arguments": {"title": "todo"}},
        {"tokens": 10, "answer": "I was not allowed to delete it."},
    ],
    [False],
    100,
))
