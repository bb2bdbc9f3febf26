def chat(agents, limit):
    transcript = []
    turn = 0
    while True:
        spoken = False
        for name, lines in agents.items():
            if turn >= len(lines):
                continue
            transcript.append(f"{name}: {lines[turn]}")
            spoken = True
            if len(transcript) >= limit:
                return transcript + ["limit"]
            if "TERMINATE" in lines[turn]:
                return transcript + ["done"]
        if not spoken:
            return transcript + ["silence"]
        turn += 1
