def tools(notes):
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

    return {
        "read": read, "list": lambda: ", ".join(sorted(notes)) or "empty", "write": write, "delete": delete,
    }, {"write", "delete"}


def run_agent(replies, approvals, budget):
    notes = {"todo": "buy tea"}
    known, changing = tools(notes)
    approvals, trace, last, times = list(approvals), [], None, 0

    def end(status, answer=None):
        return {"status": status, "answer": answer, "trace": trace, "notes": notes}

    for reply in replies:
        if budget <= 0:
            return end("budget")
        budget -= reply["tokens"]
        if "answer" in reply:
            return end("done", reply["answer"])
        name, arguments = reply["tool"], reply["arguments"]
        times = times + 1 if (name, arguments) == last else 1
        last = (name, arguments)
        if times == 3:
            return end("stuck")
        if times == 2:
            trace.append(f"{name}: repeated")
        elif name not in known:
            trace.append(f"{name}: unknown")
        elif name in changing and not (approvals and approvals.pop(0)):
            trace.append(f"{name}: refused")
        else:
            try:
                trace.append(f"{name}: {known[name](**arguments)}")
            except Exception as e:
                trace.append(f"{name}: error: {e}")
    return end("lost")
