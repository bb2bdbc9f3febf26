import re

RULES = [
    (r"i need (.*)", "Why do you need {}?"),
    (r"i am (.*)", "How long have you been {}?"),
    (r"because (.*)", "Is that the real reason, that {}?"),
    (r"my (mother|father|sister|brother).*", "Tell me more about your {}."),
]
PERSONS = {"i": "you", "me": "you", "my": "your", "am": "are", "you": "i", "your": "my"}


def reflect(text):
    return " ".join(PERSONS.get(word, word) for word in text.split())


def reply(text):
    text = text.lower()
    for pattern, answer in RULES:
        match = re.fullmatch(pattern, text)
        if match:
            return answer.format(reflect(match.group(1)))
    return "Please go on."
