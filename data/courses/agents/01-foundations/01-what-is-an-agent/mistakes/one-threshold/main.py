def run(percepts):
    return ["heat" if temperature < 20 else "rest" for temperature in percepts]
