"""Says in a sentence what a verdict on training rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from kerasinspect.output.figures import short_number
from kerasinspect.output.wording import counted

if TYPE_CHECKING:
    from kerasinspect.analysis.training import Judgement, LayerTraining, WeightTraining


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
            return ", but the rest of the layer is as it was made"
        case "initial", verdict if verdict != "initial":
            spread = ", but spread as it spreads them" if judgement.reason == "off the generator's grid" else ""
            return f"{spread}, and the rest of the model is as it was made"
    return ""


def evidence(one: WeightTraining) -> str:  # noqa: C901, PLR0911, PLR0912 - one line for each reason
    """What the verdict on one weight rests on, in words, without a stop."""
    judgement, figures = one.judgement, one.figures
    name = _initializer_name(one)
    low = short_number(figures.minimum if figures else None)
    high = short_number(figures.maximum if figures else None)
    match judgement.reason:
        case "at its constant":
            return f"every value is still what {name} gives"
        case "off its constant":
            return f"{_extent(low, high)}, which is not what {name} gives"
        case "on the generator's grid":
            looked_at = "every value that was looked at" if one.is_sampled else "every value"
            return f"{looked_at} is a number that the generator of {name} gives"
        case "off the generator's grid":
            return f"its values are not numbers that the generator of {name} gives"
        case "partly off the generator's grid":
            return f"about {_percent(judgement.moved)} of its values are not numbers that the generator of {name} gives"
        case "out of range":
            return f"values from {low} to {high} reach beyond what {name} gives"
        case "repeated values":
            zeros = f"{figures.zeros:,} of {figures.count:,} values are zero" if figures and figures.zeros > 1 else ""
            return f"{zeros or 'the same values come back'}, more often than {name} gives them"
        case "orthogonal":
            return f"its rows are still orthogonal (to {short_number(judgement.departure)})"
        case "no longer orthogonal":
            return f"its rows are no longer orthogonal (off by {short_number(judgement.departure)})"
        case "identity":
            return "it is still an identity matrix"
        case "no longer identity":
            return "it is no longer an identity matrix"
        case "fits":
            return f"its values are spread as {name} spreads them ({_chance(judgement)})"
        case "does not fit":
            return f"its values are not spread as {name} spreads them ({_chance(judgement)})"
        case "fits poorly":
            return f"its values are not quite as {name} gives them"
        case "too few values":
            return f"its values could be those of {name}, but they are too few to be sure"
        case "not finite":
            return "it has values that are not finite, which no initializer gives"
        case "optimizer moved it":
            return "the optimizer's state for it is not zero, so that steps were taken with it"
        case "fits no initializer":
            return "its values are spread as no initializer spreads them"
        case "no initializer":
            return _without_initializer(one)
        case "initializer unknown":
            return f"what {name} gives is not known" if name else "what it started from is not known"
        case "no values":
            return "it has no values"
        case "unreadable":
            return "its values cannot be read"
        case _:
            assert_never(judgement.reason)


def _without_initializer(one: WeightTraining) -> str:
    """What is said of a weight that has no initializer to be held to."""
    return "training steps leave it alone" if one.weight.trainable is False else "nothing tells what it started from"


def _extent(low: str, high: str) -> str:
    """The smallest and the largest value in words."""
    return f"every value is {low}" if low == high else f"values from {low} to {high}"


def _initializer_name(one: WeightTraining) -> str:
    """The name of the initializer that a weight was held to."""
    if one.judgement.assumed:
        return f"{one.judgement.assumed.title} (assumed, since the file states none)"
    return one.weight.initializer.title if one.weight.initializer else ""


def _percent(share: float | None) -> str:
    """A share in words."""
    return f"{100 * (share or 0):.2g} %"


def _chance(judgement: Judgement) -> str:
    """How probable so large a distance is."""
    return f"probability {judgement.fit.probability:.2g}" if judgement.fit else "fit unknown"
