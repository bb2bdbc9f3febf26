def advantages(rewards):
    mean = sum(rewards) / len(rewards)
    deviation = (sum((r - mean) ** 2 for r in rewards) / len(rewards)) ** 0.5
    if deviation < 1e-12:
        return [0.0] * len(rewards)
    return [(r - mean) / deviation for r in rewards]


def learn(rewards, dice, epsilon):
    machines = len(rewards[0])
    averages, choices = [0.0] * machines, []
    for t, row in enumerate(rewards):
        choice = t % machines if dice[t] < epsilon else averages.index(max(averages))
        choices.append(choice)
        averages[choice] = row[choice]
    return [choices, averages]
