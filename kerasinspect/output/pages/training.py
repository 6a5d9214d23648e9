"""``training`` as blocks: a verdict on each layer, with its evidence in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.blocks import Block, Column, Paragraph, Row, Table
from kerasinspect.output.evidence import VERDICT_WORDS, layer_evidence
from kerasinspect.output.figures import initial_std, short_number
from kerasinspect.output.pages.head import SEPARATOR, head_blocks
from kerasinspect.output.wording import counted, initializer_in_words, no_weights, untrained_word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.selection import Selection
    from kerasinspect.analysis.statistics.figures import Statistics
    from kerasinspect.analysis.training import LayerTraining, Training, WeightTraining
    from kerasinspect.analysis.training.results import Fit

_LAYER_COLUMNS = (
    Column("layer", shrinks=True),
    Column("class", shrinks=True),
    Column("verdict"),
    Column("confidence"),
    Column("evidence", wraps=True, below=True),
)

_WEIGHT_COLUMNS = (
    Column("weight", shrinks=True),
    Column("initializer"),
    Column("verdict"),
    Column("std", numeric=True, optional=True),
    Column("initial std", numeric=True, optional=True),
    Column("values", numeric=True, optional=True),
    Column("spread kept"),
    Column("optimizer state"),
)

_ABOUT = (
    "trained: some finite values are none that the initializer gave. at initial values: all are. The sentence on a "
    "layer has the proof. spread kept: whether values are still distributed as the initializer draws them; p is the "
    "probability that such values lie so far off by chance. Training may change every value and keep the spread."
)


def training_blocks(training: Training, selection: Selection) -> Iterator[Block]:
    """The page of ``training``: the model in sum, and the layers that are listed."""
    layers = training.listed(selection)
    yield from head_blocks(training.model)
    yield Paragraph(SEPARATOR.join(training_totals(training)))
    if not layers:
        yield Paragraph(no_weights(training.model))
        return
    yield Table(_LAYER_COLUMNS, tuple(map(_layer_row, layers)))
    yield Table(_WEIGHT_COLUMNS, tuple(_weight_row(weight) for layer in layers for weight in layer.listed))
    yield Paragraph(_ABOUT, "quiet")


def training_totals(training: Training) -> Iterator[str]:
    """How many layers have which verdict, and how many steps the optimizer took."""
    for number, (verdict, words) in enumerate(VERDICT_WORDS.items()):
        count, frozen = training.count(verdict), training.frozen(verdict)
        said = f"{f'{count:,}' if number else counted(count, 'layer')} {words}"
        yield f"{said} ({frozen:,} of them frozen)" if frozen else said
    if training.steps is None:
        yield "no optimizer state"
        return
    steps = f"the optimizer took {counted(training.steps, 'step')}"
    yield f"{steps} and updated {counted(training.updated, 'layer')}" if training.updated else steps


def _layer_row(layer: LayerTraining) -> Row:
    """One layer."""
    facts = (verdict_in_words(layer), layer.certainty or "", layer_evidence(layer))
    return Row((layer.layer.path, layer.layer.class_name, *facts))


def verdict_in_words(layer: LayerTraining) -> str:
    """Whether one layer was trained, and whether it still is."""
    word = untrained_word(layer.layer)
    return VERDICT_WORDS[layer.verdict] + (f" ({word})" if word else "")


def _weight_row(one: WeightTraining) -> Row:
    """One weight."""
    weight, figures, judgement = one.weight, one.figures, one.judgement
    started = initializer_in_words(weight.initializer) if weight.initializer else ""
    if judgement.assumed:
        started = f"assumed {initializer_in_words(judgement.assumed)}"
    std, values = (short_number(figures.std), _range(figures)) if figures else ("", "")
    spread = "" if judgement.fit is None else _spread(judgement.fit)
    slots = {"moved": "moved", "still": "never moved", None: ""}[one.slots]
    figured = (std, short_number(initial_std(weight)), values)
    return Row((weight.path, started, VERDICT_WORDS[judgement.verdict], *figured, spread, slots))


def _spread(fit: Fit) -> str:
    """Whether values are spread as the initializer draws them, with the probability that it is told by."""
    word = {True: "yes", False: "no", None: "hardly"}[fit.holds]
    return f"{word} (p {fit.probability:.2g})"


def _range(figures: Statistics) -> str:
    """The smallest and the largest value, or the only one."""
    low, high = short_number(figures.minimum), short_number(figures.maximum)
    return low if low == high else f"{low} to {high}"
