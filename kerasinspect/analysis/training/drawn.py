"""What values say that were drawn at random: whether they are still the ones that the initializer drew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kerasinspect.analysis.training.chance import COINCIDENCE, DOUBT, MISFIT
from kerasinspect.analysis.training.fit import FINE, ROUNDING, Distribution, Form, fit
from kerasinspect.analysis.training.grid import match_grid
from kerasinspect.analysis.training.pairs import match_pairs
from kerasinspect.analysis.training.repeats import different, repetition
from kerasinspect.analysis.training.results import Certainty, Judgement
from kerasinspect.knowledge.initializers import TRUNCATED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.analysis.statistics import Measured, Statistics
    from kerasinspect.analysis.training.origin import Origin
    from kerasinspect.analysis.training.results import Fit, Reason
    from kerasinspect.model import Initializer, Weight

_MANY = 500
"""So many values that fit are likely to be the initial ones: training would show."""

_FORMS: Mapping[str | None, tuple[Form, ...]] = {
    "uniform": ("uniform",),
    "normal": ("normal",),
    "truncated normal": ("truncated",),
}
"""What an initializer of a known form draws from; any other may be of either form of a normal distribution."""


def changed(weight: Weight, reason: Reason, look: Fit | None = None, departure: float | None = None) -> Judgement:
    """The verdict that nothing but a wrongly guessed initializer can overturn."""
    guessed = weight.initializer is not None and weight.initializer.default
    return Judgement("changed", reason, "likely" if guessed else "certain", look, departure)


def judge_drawn(weight: Weight, measured: Measured, initializer: Initializer, origin: Origin) -> Judgement:
    """Whether values are still those that were drawn from a distribution."""
    figures, sample = measured.figures, np.sort(measured.sample)
    choices = _distributions(initializer, origin)
    looks = {choice: fit(choice, sample, figures, ROUNDING.get(weight.dtype, 0.0)) for choice in choices}
    best = max(looks, key=lambda choice: looks[choice].probability)
    look = looks[best]
    if len(choices) == 1 and _beyond(figures, best, weight.dtype):
        return changed(weight, "out of range", look)
    repeated = repetition(sample, figures, weight.dtype)
    if repeated < COINCIDENCE:
        return changed(weight, "repeated values", look)
    if repeated < MISFIT:
        return Judgement("changed", "repeated values", "likely", look)
    generated = (
        _generated_values(measured.runs, sample, looks) if weight.dtype == "float32" and origin.has_grid else None
    )
    if generated is None or (generated.verdict == "initial" and look.probability < COINCIDENCE):
        return _by_fit(weight, look, figures.count)
    return generated


def _generated_values(runs: np.ndarray, sample: np.ndarray, looks: Mapping[Distribution, Fit]) -> Judgement | None:
    """Whether values are ones that the generator gives, from the distribution that suits them best; None if unclear."""
    found = [
        _on_grid(sample, drawn, look)
        if drawn.form == "uniform"
        else _in_pairs(runs, drawn, look, known=len(looks) == 1)
        for drawn, look in looks.items()
    ]
    told = [judgement for judgement in found if judgement is not None]
    initial = [judgement for judgement in told if judgement.verdict == "initial"]
    return initial[0] if initial else told[0] if len(told) == len(looks) else None


def _beyond(figures: Statistics, distribution: Distribution, dtype: str) -> bool:
    """Whether any value lies where none can have started."""
    low, high, reach = figures.minimum, figures.maximum, distribution.reach
    if low is None or high is None or reach is None:
        return False
    slack = ROUNDING.get(dtype, FINE) * (abs(distribution.mean) + reach)
    return max(distribution.mean - low, high - distribution.mean) > reach + slack


def _distributions(initializer: Initializer, origin: Origin) -> list[Distribution]:
    """What the initializer may have drawn from."""
    stddev = initializer.stddev or 0.0
    forms = _FORMS.get(initializer.form, ("truncated", "normal") if origin.new else ("normal",))
    return [Distribution(form, initializer.mean, stddev) for form in forms]


def _on_grid(sample: np.ndarray, drawn: Distribution, look: Fit) -> Judgement | None:
    """Whether values drawn evenly are numbers that the generator gives; None where that says nothing."""
    reach = drawn.reach or 0.0
    if not 1e-30 < reach < 1e30:  # noqa: PLR2004 - beyond, float32 has no grid to speak of
        return None
    match = match_grid(sample, drawn.mean - reach, drawn.mean + reach)
    if match.off:
        reason: Reason = "partly off the generator's grid" if match.partial else "off the generator's grid"
        return Judgement("changed", reason, "likely", look, moved=match.moved)
    return _generated(look, match.chance ** different(sample))


def _in_pairs(runs: np.ndarray, drawn: Distribution, look: Fit, *, known: bool) -> Judgement | None:
    """Whether normal values come in pairs that the generator gives; None where that says nothing.

    ``known`` says that the form of the distribution is; only from a normal one no pair is torn apart.
    """
    truncated = drawn.form == "truncated"
    stddev = drawn.stddev / TRUNCATED if truncated else drawn.stddev
    if drawn.mean or not 1e-30 < stddev < 1e30:  # noqa: PLR2004 - beyond, float32 has not the digits
        return None
    match = match_pairs(runs, stddev)
    if match.coincidence >= MISFIT:
        return None
    if match.torn(truncated=truncated or not known) < MISFIT:
        return Judgement("changed", "partly off the generator's grid", "likely", look, moved=match.moved)
    if match.scaled < MISFIT:
        return Judgement("changed", "off the generator's grid", "likely", look, moved=1.0)
    if match.scale_coincidence >= DOUBT:
        return None
    return _generated(look, match.coincidence)


def _generated(look: Fit, coincidence: float) -> Judgement:
    """The verdict on values that are all ones that the generator gives; a distribution may contradict it."""
    if look.probability < MISFIT:
        return Judgement("cannot tell", "fits poorly", fit=look)
    certainty: Certainty = "certain" if coincidence < COINCIDENCE else "likely"
    return Judgement("initial", "on the generator's grid", certainty, look, moved=0.0, coincidence=coincidence)


def _by_fit(weight: Weight, look: Fit, count: int) -> Judgement:
    """The verdict on values whose fit alone says anything."""
    if look.probability < COINCIDENCE:
        return changed(weight, "does not fit", look)
    if look.probability < MISFIT:
        return Judgement("changed", "does not fit", "likely", look)
    if look.probability < DOUBT:
        return Judgement("cannot tell", "fits poorly", fit=look)
    if count < _MANY:
        return Judgement("cannot tell", "too few values", fit=look)
    return Judgement("initial", "fits", "likely", look)
