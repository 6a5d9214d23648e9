"""``training`` as blocks and as a document: a verdict on each layer, with its evidence in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from kerasinspect.analysis.statistics.sampling import SAMPLE
from kerasinspect.output.blocks import Block, Column, Paragraph, Row, Table
from kerasinspect.output.documents.show import model_document
from kerasinspect.output.figures import figures_document, finite, initial_std, short_number
from kerasinspect.output.pages.head import SEPARATOR, head_blocks
from kerasinspect.output.wording import counted, initializer_in_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.selection import Selection
    from kerasinspect.analysis.training import Judgement, LayerTraining, Training, WeightTraining
    from kerasinspect.formats.weights_checksum import Verified

TRAINING_SCHEMA = "kerasinspect.training/1"

LAYER_COLUMNS = (
    Column("layer", shrinks=True),
    Column("class"),
    Column("verdict"),
    Column("sure"),
    Column("evidence"),
)

WEIGHT_COLUMNS = (
    Column("weight", shrinks=True),
    Column("started from"),
    Column("verdict"),
    Column("minimum", numeric=True),
    Column("maximum", numeric=True),
    Column("std", numeric=True),
    Column("initial std", numeric=True),
    Column("fit", numeric=True),
    Column("optimizer state"),
)

ABOUT = (
    "initial: still the numbers that the initializer gave. fit: how probable values so far from the initializer's "
    "distribution are by chance; small where training changed them."
)


def training_blocks(training: Training, selection: Selection) -> Iterator[Block]:
    """The page of ``training``: the model in sum, and the layers that are listed."""
    layers = _listed(training, selection)
    yield from head_blocks(training.model)
    yield Paragraph(SEPARATOR.join(_totals(training)))
    yield Table(LAYER_COLUMNS, tuple(map(_layer_row, layers)))
    yield Table(WEIGHT_COLUMNS, tuple(_weight_row(weight) for layer in layers for weight in layer.weights))
    yield Paragraph(ABOUT, "quiet")


def _listed(training: Training, selection: Selection) -> list[LayerTraining]:
    """The layers that are listed; the model itself stands among them where it owns weights."""
    paths = {listed.layer.path for listed in selection.walk()}
    paths.update({training.model.name or "model"} if selection.own_weights else ())
    return [one for one in training.layers if one.layer.path in paths]


def _totals(training: Training) -> Iterator[str]:
    """How many layers have which verdict, and how many steps the optimizer took."""
    yield f"{counted(training.count('changed'), 'layer')} changed"
    yield f"{training.count('initial'):,} initial"
    yield f"{training.count('cannot tell'):,} cannot tell"
    yield "no optimizer state" if training.steps is None else f"the optimizer took {counted(training.steps, 'step')}"


def _layer_row(layer: LayerTraining) -> Row:
    """One layer."""
    frozen = " (frozen)" if layer.layer.trainable is False else ""
    cells = (layer.layer.class_name, layer.verdict + frozen, layer.certainty or "", layer_evidence(layer))
    return Row((layer.layer.path, *cells))


def _weight_row(one: WeightTraining) -> Row:
    """One weight."""
    weight, figures, judgement = one.weight, one.figures, one.judgement
    started = initializer_in_words(weight.initializer) if weight.initializer else ""
    if judgement.assumed:
        started = f"assumed {initializer_in_words(judgement.assumed)}"
    numbers = (figures.minimum, figures.maximum, figures.std) if figures else (None, None, None)
    fit = "" if judgement.fit is None else f"{judgement.fit.probability:.2g}"
    slots = {"moved": "moved", "still": "never moved", None: ""}[one.slots]
    written = map(short_number, (*numbers, initial_std(weight)))
    return Row((weight.path, started, judgement.verdict, *written, fit, slots))


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
    low, high = map(short_number, (figures.minimum, figures.maximum) if figures else (None, None))
    match judgement.reason:
        case "at its constant":
            return f"every value is still what {name} gives"
        case "off its constant":
            said = f"every value is {low}" if low == high else f"values from {low} to {high}"
            return f"{said}, which is not what {name} gives"
        case "on the generator's grid":
            looked_at = "every value" if one.weight.parameters <= SAMPLE else "every value that was looked at"
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
            return "nothing tells what it started from"
        case "initializer unknown":
            return f"what {name} gives is not known" if name else "what it started from is not known"
        case "no values":
            return "it has no values"
        case "unreadable":
            return "its values cannot be read"
        case _:
            assert_never(judgement.reason)


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


def training_document(training: Training, selection: Selection, checksum: Verified | None = None) -> dict[str, Any]:
    """The verdicts on the layers that are listed, with keys that stay; the summary is that of the model."""
    return {
        "schema": TRAINING_SCHEMA,
        "model": model_document(training.model),
        "optimizer_steps": training.steps,
        "layers": [_layer_document(layer) for layer in _listed(training, selection)],
        "summary": {
            "initial": training.count("initial"),
            "changed": training.count("changed"),
            "cannot_tell": training.count("cannot tell"),
        },
        "remarks": [*map(str, training.model.remarks)],
        "damage": list(training.model.damage),
        "checksum": checksum,
    }


def _layer_document(layer: LayerTraining) -> dict[str, Any]:
    """One layer."""
    return {
        "path": layer.layer.path,
        "class_name": layer.layer.class_name,
        "trainable": layer.layer.trainable,
        "verdict": layer.verdict,
        "certainty": layer.certainty,
        "evidence": layer_evidence(layer),
        "weights": [_weight_document(weight) for weight in layer.weights],
    }


def _weight_document(one: WeightTraining) -> dict[str, Any]:
    """One weight."""
    weight, judgement = one.weight, one.judgement
    return {
        "index": weight.index,
        "name": weight.name,
        "stored_path": weight.stored_path,
        "initializer": weight.initializer and weight.initializer.title,
        "assumed_initializer": judgement.assumed and judgement.assumed.title,
        "initial_std": finite(initial_std(weight)),
        "verdict": judgement.verdict,
        "certainty": judgement.certainty,
        "reason": judgement.reason,
        "fit": judgement.fit and {"distance": judgement.fit.distance, "probability": judgement.fit.probability},
        "orthogonal_departure": finite(judgement.departure),
        "share_moved": judgement.moved,
        "optimizer_state": one.slots,
        "statistics": None if one.figures is None else figures_document(one.figures),
    }
