"""Says in a sentence what a verdict on training rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from kerasinspect.output.figures import short_number
from kerasinspect.output.wording import counted, initializer_in_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kerasinspect.analysis.training import Judgement, LayerTraining, WeightTraining
    from kerasinspect.analysis.training.results import Verdict

VERDICT_WORDS: Mapping[Verdict, str] = {
    "changed": "trained",
    "initial": "at initial values",
    "cannot tell": "undetermined",
}
"""What a page calls each verdict."""

_FEWEST_DIGITS, _MOST_DIGITS = 4, 9
"""Digits of two numbers that are held against each other: from those of a page to all that a float32 has."""


def layer_evidence(layer: LayerTraining) -> str:
    """The sentence that a verdict rests on, with the weight that it is about."""
    decisive = layer.decisive
    others = len(layer.weights) - 1
    if layer.verdict == "initial" and others and layer.certainty == "certain":
        return f"{decisive.weight.name}: {evidence(decisive)}; the same holds for {counted(others, 'other weight')}."
    return f"{decisive.weight.name}: {evidence(decisive)}{_beside(layer)}."


def _beside(layer: LayerTraining) -> str:
    """What else the verdict on a layer rests on: the rest of the layer, and of the model."""
    judgement = layer.decisive.judgement
    match layer.verdict, judgement.verdict:
        case "cannot tell", "initial":
            return ", but a few steps of training might not show"
        case "cannot tell", "changed":
            return ", but the rest of the layer is at initial values"
        case "initial", verdict if verdict != "initial":
            spread = ", but distributed as it draws them" if judgement.reason == "off the generator's grid" else ""
            return f"{spread}, and the rest of the model is at initial values"
    return ""


def evidence(one: WeightTraining) -> str:  # noqa: C901, PLR0911, PLR0912 - one line for each reason
    """What the verdict on one weight rests on, in words, without a stop."""
    judgement, figures = one.judgement, one.figures
    name = _initializer_name(one)
    low = short_number(figures.minimum if figures else None)
    high = short_number(figures.maximum if figures else None)
    match judgement.reason:
        case "at its constant":
            return f"every value is as initialized by {name}"
        case "off its constant":
            return f"{_extent(low, high)}, initialized as {_expected(one)}"
        case "on the generator's grid":
            return _generated(one, name)
        case "off the generator's grid":
            return f"its values are not ones that {name}'s random generator draws"
        case "partly off the generator's grid":
            return f"about {_percent(judgement.moved)} of its values are not ones that {name}'s random generator draws"
        case "out of range":
            return _out_of_range(one)
        case "repeated values":
            zeros = f"{figures.zeros:,} of {figures.count:,} values are zero" if figures and figures.zeros > 1 else ""
            return f"{zeros or 'values are repeated'}, more often than {name} draws them"
        case "orthogonal":
            return f"its rows are still orthogonal (to {short_number(judgement.departure)})"
        case "no longer orthogonal":
            return f"its rows are no longer orthogonal (off by {short_number(judgement.departure)})"
        case "identity":
            return "it is still an identity matrix"
        case "no longer identity":
            return "it is no longer an identity matrix"
        case "fits":
            return f"its values fit the distribution of {name} ({_chance(judgement)})"
        case "does not fit":
            return f"its values do not fit the distribution of {name} ({_chance(judgement)})"
        case "fits poorly":
            return f"its values fit {name} poorly"
        case "too few values":
            return f"its values fit {name}, but they are too few to prove it"
        case "not finite":
            return "it has NaN or infinite values, so nothing tells whether it was trained"
        case "optimizer moved it":
            return "its optimizer state is not zero, so the optimizer has updated it"
        case "fits no initializer":
            return "its values fit the distribution of no initializer"
        case "no initializer":
            return _without_initializer(one)
        case "initializer unknown":
            return f"the initial values of {name} are not known" if name else "its initializer is not known"
        case "no values":
            return "it has no values"
        case "unreadable":
            return "its values cannot be read"
        case _:
            assert_never(judgement.reason)


def _without_initializer(one: WeightTraining) -> str:
    """What is said of a weight that has no initializer to be held to."""
    return (
        "training steps leave it alone" if one.weight.trainable is False else "the file does not state its initializer"
    )


def _generated(one: WeightTraining, name: str) -> str:
    """Which of its values a random generator draws."""
    if one.is_paired:
        return f"its values come in pairs that {name}'s random generator draws"
    looked_at = "every value that was looked at" if one.is_sampled else "every value"
    return f"{looked_at} is one that {name}'s random generator draws"


def _out_of_range(one: WeightTraining) -> str:
    """How far values reach and how far they may, in as many digits as it takes to see the difference."""
    initializer = one.held_to
    low, high = (one.figures.minimum, one.figures.maximum) if one.figures else (None, None)
    limit = initializer.limit if initializer else None
    digits = _FEWEST_DIGITS
    if initializer and limit is not None and low is not None and high is not None:
        reach = max(high - initializer.mean, initializer.mean - low)
        more = range(_FEWEST_DIGITS, _MOST_DIGITS)
        digits = next((fit for fit in more if f"{reach:.{fit}g}" != f"{limit:.{fit}g}"), _MOST_DIGITS)
    extent = _extent(short_number(low, digits), short_number(high, digits))
    return f"{extent}, outside the range of {_expected(one, digits)}"


def _extent(low: str, high: str) -> str:
    """The smallest and the largest value in words."""
    return f"every value is {low}" if low == high else f"values from {low} to {high}"


def _expected(one: WeightTraining, digits: int = 3) -> str:
    """What the initializer that a weight was held to gives, its numbers in so many digits."""
    initializer = one.held_to
    return "" if initializer is None else initializer_in_words(initializer, digits) + _assumed(one)


def _initializer_name(one: WeightTraining) -> str:
    """The name of the initializer that a weight was held to."""
    return one.held_to.title + _assumed(one) if one.held_to else ""


def _assumed(one: WeightTraining) -> str:
    """What follows the initializer of a weight of which the file states none."""
    return " (assumed, since the file states none)" if one.judgement.assumed else ""


def _percent(share: float | None) -> str:
    """A share in words."""
    return f"{100 * (share or 0):.2g} %"


def _chance(judgement: Judgement) -> str:
    """How probable so large a distance is."""
    return f"probability {judgement.fit.probability:.2g}" if judgement.fit else "fit unknown"
