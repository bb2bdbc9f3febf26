def advantages(rewards):
    """How much better than its group each try was."""
    mean = sum(rewards) / len(rewards)
    return [reward - mean for reward in rewards]


def learn(rewards, dice, epsilon):
    """Epsilon-greedy choice among machines."""
    machines = len(rewards[0])
    averages = [0.0] * machines
    counts = [0] * machines
    choices = []
    for t, row in enumerate(rewards):
        choice = t % machines
        choices.append(choice)
    return [choices, averages]


print(advantages([1, 0, 0, 1]))
print(learn([[0, 1], [0, 1], [0, 1]], [0.9, 0.05, 0.9], 0.1))
