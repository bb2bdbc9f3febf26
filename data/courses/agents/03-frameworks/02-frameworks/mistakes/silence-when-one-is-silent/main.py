def chat(agents, limit):
    transcript = []
    turn = 0
    while True:
        for name, lines in agents.items():
            if turn >= len(lines):
                return transcript + ["silence"]
            transcript.append(f"{name}: {lines[turn]}")
            if "TERMINATE" in lines[turn]:
                return transcript + ["done"]
            if len(transcript) >= limit:
                return transcript + ["limit"]
        if not agents:
            return ["silence"]
        turn += 1
