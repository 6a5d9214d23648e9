"""How probable it is that chance alone gives so many of something: upper bounds, good enough to be sure with."""

from __future__ import annotations

from math import exp, log

COINCIDENCE = 1e-9
"""What happens by chance more seldom than this is certain not to be chance."""

MISFIT, DOUBT = 1e-6, 1e-3
"""Values that fit worse than the first changed; worse than the second, nothing can be told."""


def at_least(hits: int, count: int, chance: float) -> float:
    """At most how probable so many hits in a number of independent trials are.

    Source: Chernoff, "A Measure of Asymptotic Efficiency for Tests of a Hypothesis" (1952).
    """
    if not count or hits <= count * chance:
        return 1.0
    if chance <= 0:
        return 0.0
    share = hits / count
    apart = share * log(share / chance)
    if hits < count:
        apart += (1 - share) * log((1 - share) / (1 - chance))
    return exp(-count * apart)


def at_least_rare(hits: int, expected: float) -> float:
    """At most how probable so many hits are where they are rare and so many are expected: Chernoff's, for Poisson."""
    if hits <= expected:
        return 1.0
    return exp(hits - expected - hits * log(hits / expected)) if expected > 0 else 0.0
