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


def run_agent(replies, approvals, budget):
    """Runs the agent to one of its ends."""
    notes = {"todo": "buy tea"}
    known, changing = tools(notes)
    trace = []
    status, answer = "lost", None
    for reply in replies:
        if "answer" in reply:
            status, answer = "done", reply["answer"]
            break
        result = known[reply["tool"]](**reply["arguments"])
        trace.append(f"{reply['tool']}: {result}")
    return {"status": status, "answer": answer, "trace": trace, "notes": notes}


print(run_agent(
    [
        {"tokens": 20, "tool": "read", "arguments": {"title": "todo"}},
        {"tokens": 30, "tool": "delete", "arguments": {"title": "todo"}},
        {"tokens": 10, "answer": "I was not allowed to delete it."},
    ],
    [False],
    100,
))
