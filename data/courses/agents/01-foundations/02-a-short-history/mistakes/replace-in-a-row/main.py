import re

RULES = [
    (r"i need (.*)", "Why do you need {}?"),
    (r"i am (.*)", "How long have you been {}?"),
    (r"because (.*)", "Is that the real reason, that {}?"),
    (r"my (mother|father|sister|brother).*", "Tell me more about your {}."),
]


def reflect(text):
    return text.replace("my", "your").replace("me", "you")


def reply(text):
    text = text.lower().strip().rstrip(".!?")
    for pattern, answer in RULES:
        match = re.fullmatch(pattern, text)
        if match:
            return answer.format(reflect(match.group(1)))
    return "Please go on."
