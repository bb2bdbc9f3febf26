def chat(agents, limit):
    """A round table. Returns the transcript, with the reason for its end as last entry."""
    transcript = []
    for name, lines in agents.items():
        for line in lines:
            transcript.append(f"{name}: {line}")
    return transcript + ["silence"]


for line in chat({
    "author": ["Here is a draft.", "Here is a second draft."],
    "critic": ["The ending is weak.", "Good now. TERMINATE"],
}, 10):
    print(line)
