"""Exact chances of a draw, and how likely it is that a fair one gives the counts seen. No approximation but the last.

The statistics are for *exchangeable* units: those that nothing but luck tells apart. Their counts are not independent
(who is drawn keeps others out), so the plain sum of (seen - expected)² / expected would be wrong; what is divided by
here is the variance that is left once that is taken into account, and the statistic is then chi-square as usual.
"""

from collections import Counter
from fractions import Fraction
from itertools import combinations
from math import erfc, exp, lgamma, log, perm, sqrt


def chi_square_p(statistic, degrees):
    """The chance of at least this statistic: Q(k + 2) = Q(k) + (x/2)^(k/2) e^(-x/2) / gamma(k/2 + 1), from Q(1), Q(2).

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.4.4 to 26.4.8.
    """
    half = statistic / 2
    if half <= 0:
        return 1.0
    odd = degrees % 2
    first = erfc(sqrt(half)) if odd else exp(-half)
    steps = range(1 if odd else 2, degrees, 2)
    return first + sum(exp(k / 2 * log(half) - half - lgamma(k / 2 + 1)) for k in steps)


def together(taken, group, size, k):
    """The chance that k given members of a group of `size` are all drawn; taken: {numbers drawn per group: chance}."""
    if k > size:
        return Fraction(0)
    return sum(chance * Fraction(perm(numbers[group], k), perm(size, k)) for numbers, chance in taken.items())


def across(taken, left, right, sizes):
    """The chance that a given member of the one group and a given member of the other are both drawn."""
    pairs = sum(chance * numbers[left] * numbers[right] for numbers, chance in taken.items())
    return Fraction(pairs, sizes[left] * sizes[right])


def taken_with_lots(drawn, groups):
    """How many of each group are among the first `drawn`; groups: [(members, lots each)].

    The lots of those drawn already do not matter any more, so the next one is of a group with the chance that its
    remaining lots have among all that remain.
    """
    taken = {(0,) * len(groups): Fraction(1)}
    for _ in range(drawn):
        following = Counter()
        for numbers, chance in taken.items():
            left = [(size - number) * lots for number, (size, lots) in zip(numbers, groups, strict=True)]
            for group, weight in enumerate(left):
                more = tuple(number + (place == group) for place, number in enumerate(numbers))
                following[more] += chance * Fraction(weight, sum(left))
        taken = {numbers: chance for numbers, chance in following.items() if chance}
    return taken


def taken_with_at_least(drawn, places, flagged, others):
    """{(flagged, others): chance}: the first `places` flagged ones and, of all the rest, the first, `drawn` together.

    By looking at every order in which flagged and others can follow each other; all are equally likely.
    """
    orders = list(combinations(range(flagged + others), flagged))
    taken = Counter()
    for order in orders:
        by_places = set(order[:places])
        rest = [place for place in range(flagged + others) if place not in by_places][: drawn - places]
        more = sum(place in order for place in rest)
        taken[places + more, drawn - places - more] += Fraction(1, len(orders))
    return dict(taken)


def units_p(counts, draws, chance, both):
    """chance: of one unit; both: of two together. The statistic has one degree of freedom less than there are units."""
    mean = sum(counts) / len(counts)
    statistic = sum((count - mean) ** 2 for count in counts) / (draws * float(chance - both))
    return chi_square_p(statistic, len(counts) - 1)


def pairs_p(counts, units, draws, pair, sharing, disjoint):
    """What is left of the counts of pairs when that some units come more often than others is taken away.

    counts: {(left, right): times together}; pair, sharing, disjoint: the chances of one pair, of two pairs with a unit
    in common, of two without. What is left has units · (units - 3) / 2 degrees of freedom and in all of them the same
    variance (the smallest eigenspace of the Johnson scheme J(units, 2)).
    """
    number = len(units)
    sums = {unit: sum(counts[pair] for pair in combinations(units, 2) if unit in pair) for unit in units}
    mean = sum(sums.values()) / number
    own = {unit: (sums[unit] - mean) / (number - 2) for unit in units}
    level = mean / (number - 1)
    left = sum((counts[one, two] - level - own[one] - own[two]) ** 2 for one, two in combinations(units, 2))
    variance = draws * float(pair - 2 * sharing + disjoint)
    return chi_square_p(left / variance, number * (number - 3) // 2)


def sigmas(count, draws, chance):
    """How many standard deviations the count is off; what is certain or impossible must come out exactly."""
    expected, variance = draws * float(chance), draws * float(chance * (1 - chance))
    if variance == 0:
        return 0.0 if count == expected else float("inf")
    return abs(count - expected) / sqrt(variance)
