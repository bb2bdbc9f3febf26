def chat(agents, limit):
    """A round table. Returns the transcript, with the reason for its end as last entry."""
    transcript = []
    turn = 0
    while True:
        spoken = False
        for name, lines in agents.items():
            if turn >= len(lines):
                continue
            if len(transcript) >= limit:
                return transcript + ["limit"]
            transcript.append(f"{name}: {lines[turn]}")
            spoken = True
            if "TERMINATE" in lines[turn]:
                return transcript + ["done"]
            if len(transcript) >= limit:
                return transcript + ["limit"]
        if not spoken:
            return transcript + ["silence"]
        turn += 1


for line in chat({
    "author": ["Here is a draft.", "Here is a second draft."],
    "critic": ["The ending is weak.", "Good now. TERMINATE"],
}, 10):
    print(line)
