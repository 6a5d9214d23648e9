"""Says in a few words what differs between two models, two layers, and two weights."""

from __future__ import annotations

from collections import Counter
from itertools import chain
from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.results import ArrayChange
from kerasinspect.analysis.damage import Unread
from kerasinspect.output.wording import counted, first_few, shape_text
from kerasinspect.shown.escaping import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.analysis.comparison.results import Diff, LayerDiff, WeightDiff
    from kerasinspect.model import Layer, Weight

_NAMED = 20
"""Frozen layers that are named in a line: which they are is what was asked."""

_ARROW = " → "


def diff_in_words(diff: Diff) -> Iterator[str]:
    """How many layers have each verdict, and what else differs, a fact after the other."""
    yield ", ".join(_verdicts(diff))
    differing = [("renamed", [layer for layer in diff.layers if layer.renamed])]
    differing.append(("moved", [layer for layer in diff.layers if layer.moved]))
    yield from (f"{len(layers):,} {word}" for word, layers in differing if layers)
    both = (layer.weights for layer in diff.layers if layer.old and layer.new and layer.verdict)
    alone = [weight for weight in chain.from_iterable(both) if weight.change is None]
    for word, count in (("added", sum(not one.old for one in alone)), ("removed", sum(not one.new for one in alone))):
        if count:
            yield f"{counted(count, 'weight')} {word}"
    yield from configs_in_words(diff)
    frozen = [short(layer.path) for layer in diff.layers if layer.frozen]
    if frozen:
        yield f"{len(frozen):,} frozen: {first_few(frozen, _NAMED)}"


def _verdicts(diff: Diff) -> Iterator[str]:
    """How many layers have each verdict that any has; those on both sides that have no weights have none."""
    told: dict[str, int] = dict(diff.counts.items())
    told["unchanged"] -= diff.weightless
    told |= Counter(verdict_in_words(layer) for layer in diff.layers if layer.verdict is None)
    told["without weights"] = diff.weightless
    for number, (words, count) in enumerate((words, count) for words, count in told.items() if count):
        yield f"{f'{count:,}' if number else counted(count, 'layer')} {words}"


def verdict_in_words(layer: LayerDiff) -> str:
    """The verdict on a layer, or why there is none."""
    is_untold = any(weight.untold for weight in layer.weights)
    is_unread = any(isinstance(weight.change, Unread) for weight in layer.weights)
    return layer.verdict or ("not compared" if is_untold and not is_unread else "not read")


def has_row(layer: LayerDiff) -> bool:
    """Whether there is more to say of a layer than what differs in its config."""
    return not layer.weightless or layer.renamed or layer.moved


def is_within_tolerance(weight: WeightDiff) -> bool:
    """Whether values of a weight differ, and none by more than the tolerances allow."""
    return isinstance(weight.change, ArrayChange) and weight.change.close and not weight.change.equal


def has_common_weights(layer: LayerDiff) -> bool:
    """Whether a layer is on both sides and has a weight on both."""
    return any(weight.old and weight.new for weight in layer.weights)


def configs_in_words(diff: Diff) -> Iterator[str]:
    """Whose config differs."""
    layers = sum(1 for layer in diff.layers if layer.config)
    whose = [f"of {counted(layers, 'layer')}"] if layers else []
    whose += ["of the model"] if diff.config else []
    if whose:
        yield f"config {' and '.join(whose)} differs"


def same_in_words(diff: Diff) -> str:
    """What is said of two models between which nothing differs."""
    extent = f"{counted(len(diff.layers), 'layer')}, {counted(len(diff.new.weights), 'array')}"
    return f"no difference in what could be read: {extent}" if diff.damage else f"no difference: {extent}"


def not_compared(diff: Diff) -> Iterator[tuple[str, str]]:
    """What could not be compared since a file does not hold it, each with a sentence."""
    models = (diff.old, diff.new)
    held = {
        "configs": [model.config is not None for model in models],
        "names of layers": [any(layer.named for layer in model.walk()) for model in models],
    }
    for what, sides in held.items():
        if not all(sides):
            whose = "neither file has any" if not any(sides) else f"the {'new' if sides[0] else 'old'} file has none"
            yield what, f"{what.capitalize()} are not compared, since {whose}."


def name_in_words(old: str | None, new: str | None) -> str:
    """The name that both have, or the old and the new one."""
    return _change(old or "", new or "") if old and new else old or new or ""


def layer_name(layer: LayerDiff) -> str:
    """The path of a layer, with the old one before it where it was renamed or moved into another layer."""
    old, new = (None if side is None else side.path for side in (layer.old, layer.new))
    return name_in_words(old, new) if layer.renamed or layer.moved else layer.path


def layer_details(layer: LayerDiff) -> Iterator[str]:
    """What is said of a layer beside its figures: how the pair was found, what it is where it has none."""
    if layer.matched_by not in {None, "path"}:
        yield f"matched by {layer.matched_by}"
    if layer.moved:
        yield "moved"
    if layer.old is None or layer.new is None:
        yield from _alone(layer.new or layer.old, layer.weights)
    elif layer.old.class_name != layer.new.class_name:
        yield _change(layer.old.class_name, layer.new.class_name)
    if layer.config and layer.verdict == "unchanged":
        yield "config differs"


def _alone(layer: Layer | None, weights: Sequence[WeightDiff]) -> Iterator[str]:
    """What a layer is that only one side has."""
    if layer is not None:
        yield layer.class_name
        yield from ([counted(sum(map(_parameters, weights)), "parameter")] if weights else [])


def _parameters(weight: WeightDiff) -> int:
    """Numbers in a weight, on the new side where it has one."""
    side = weight.new or weight.old
    return side.parameters if side else 0


def weight_details(weight: WeightDiff) -> Iterator[str]:
    """What is said of a weight beside its figures."""
    if weight.old is None or weight.new is None:
        yield from _added_or_removed(weight)
        return
    if weight.old.name != weight.new.name:
        yield _change(weight.old.name, weight.new.name)
    if weight.old.shape != weight.new.shape:
        yield f"shape {_change(*(shape_text(side.shape) for side in (weight.old, weight.new)))}"
    if weight.old.dtype != weight.new.dtype:
        yield _change(weight.old.dtype, weight.new.dtype)
    yield from ["its scale is not told"] if weight.untold else []
    if weight.dequantized:
        is_quantized = any(side.dequantized is not None for side in (weight.old, weight.new))
        yield "compared as dequantized" if is_quantized else "compared with LoRA factors merged"
    yield from ["low rank"] if weight.low_rank else []
    yield from _of_values(weight.change)


def _added_or_removed(weight: WeightDiff) -> Iterator[str]:
    """What is said of a weight that only one side has."""
    side: Weight | None = weight.new or weight.old
    if side is not None:
        yield f"{'added' if weight.old is None else 'removed'}, shape {shape_text(side.shape)}"


def _of_values(change: ArrayChange | Unread | None) -> Iterator[str]:
    """What is said of two arrays that a figure does not say."""
    if isinstance(change, Unread):
        yield "cannot be read"
    elif change is not None:
        yield from _odd_values("NaN", change.old_nan, change.new_nan, " (moved)" * bool(change.changed_nan))
        other = " (elsewhere or of other sign)" * bool(change.changed_infinite)
        yield from _odd_values("infinite", change.old_infinite, change.new_infinite, other)


def _odd_values(what: str, old: int, new: int, otherwise: str) -> Iterator[str]:
    """How many values of a kind there are, and what else is said where their number stays as it is."""
    if old or new:
        yield f"{what}: {_change(f'{old:,}', f'{new:,}')}{otherwise * (old == new)}"


def _change(old: str, new: str) -> str:
    """A value that is the same on both sides, or the old and the new one."""
    return new if old == new else f"{old}{_ARROW}{new}"
