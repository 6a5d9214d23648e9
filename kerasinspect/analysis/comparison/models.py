"""Compares two models: pairs their layers, and says of each what became of its weights, its config and its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.checksums import checksums_of
from kerasinspect.analysis.comparison.configs import are_of_one_version, layer_changes, model_changes
from kerasinspect.analysis.comparison.configs.call_changes import ComparedCalls
from kerasinspect.analysis.comparison.configs.calls import calls_of
from kerasinspect.analysis.comparison.configs.plain_values import is_derived
from kerasinspect.analysis.comparison.matching import match_layers
from kerasinspect.analysis.comparison.results import (
    ComparisonOptions,
    Diff,
    LayerDiff,
    LayerPair,
    WeightDiff,
)
from kerasinspect.analysis.comparison.standing import moved_pairs, standing_pairs
from kerasinspect.analysis.comparison.verdicts import verdict_of
from kerasinspect.analysis.comparison.weight_changes import Readings, weight_diffs
from kerasinspect.analysis.damage import Damage
from kerasinspect.analysis.placed_layers import placed_layers
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.serialized import config_of
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.progress import begin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from kerasinspect.analysis.comparison.results import ConfigChange, Verdict
    from kerasinspect.analysis.comparison.standing import Standing, StandingPair
    from kerasinspect.model import Model

_DEFAULT = ComparisonOptions()


def compare_models(old: Model, new: Model, options: ComparisonOptions = _DEFAULT) -> Diff:
    """What differs between two open models, all values of both read once.

    Where some values differ, the checksums of both files are verified, as either may be the one that is damaged.
    Raises RequestError where ``options.pairs`` names a layer that is not there.
    """
    old_damage, new_damage = Damage(old.damage), Damage(new.damage)
    stood = standing_pairs(old, new, match_layers(old, new, options))
    begin("comparing", old.nbytes + new.nbytes)
    with checksums_of((old, old_damage.note), (new, new_damage.note)) as checksums:
        comparison = _comparison(old, new, stood, Readings(options, old_damage, new_damage, checksums.take))
        layers = _layer_diffs(old, new, stood, comparison)
        begin("verifying")
        checksums.settle(differ=not all(weight.equal for layer in layers for weight in layer.weights))
    damage = (*_told(old, old_damage), *_told(new, new_damage))
    changes = (*model_changes(old, new), *comparison.calls.end_changes("", ""))
    return Diff(old, new, layers, changes, damage)


def compare_with_itself(model: Model) -> Diff:
    """The comparison of a model with the same file: all is the same, and no value is read."""
    pairs = tuple(LayerPair(layer, layer, "path") for layer, _ in placed_layers(model))
    stood = standing_pairs(model, model, pairs)
    layers = _layer_diffs(model, model, stood, _comparison(model, model, stood, None))
    return Diff(model, model, layers, (), _told(model, Damage()), same_file=True)


def _told(model: Model, damage: Damage) -> tuple[str, ...]:
    """All that could not be read of one model, with the name of its file."""
    return tuple(f"{model.location}: {sentence}" for sentence in (*model.damage, *damage.sentences))


def _layer_diffs(
    old: Model, new: Model, stood: Sequence[StandingPair], comparison: _Comparison
) -> tuple[LayerDiff, ...]:
    """What became of every layer that is a row of the comparison."""
    lists_layers = _lists_layers(old) and _lists_layers(new)
    compared = (_layer_diff(place, one, comparison) for place, one in enumerate(stood) if not _is_form(one, old, new))
    return tuple(diff for diff in compared if _is_row(diff, lists_layers=lists_layers))


@dataclass(frozen=True, slots=True)
class _Comparison:
    """What all layers of a comparison have in common."""

    readings: Readings | None
    """None where both sides are one file, whose values need not be read."""
    calls: ComparedCalls
    moved: set[int]
    """The places of pairs that stand elsewhere in the new model."""
    has_configs: bool
    """Whether both files have one."""
    is_exact: bool
    """Whether a key that one config lacks is a difference."""
    unproven: frozenset[Verdict]
    """Verdicts on what one file lacks that its damage may have hidden."""


def _comparison(old: Model, new: Model, stood: Sequence[StandingPair], readings: Readings | None) -> _Comparison:
    """What is needed for all layers of two models."""
    has_configs = old.config is not None and new.config is not None
    partners = {one.pair.old.path: one.pair.new.path for one in stood if one.pair.old and one.pair.new}
    is_exact = are_of_one_version(old, new)
    return _Comparison(
        readings,
        ComparedCalls(calls_of(old), calls_of(new), partners, frozenset(partners.values()), is_exact),
        moved_pairs(stood) if has_configs else set(),
        has_configs=has_configs,
        is_exact=is_exact,
        unproven=frozenset(_unproven(old, new)),
    )


def _unproven(old: Model, new: Model) -> Iterator[Verdict]:
    """What is not said of a layer, or of its weights, that only one file has, where the other one is damaged."""
    if old.damage:
        yield "added"
    if new.damage:
        yield "removed"


def _layer_diff(place: int, one: StandingPair, comparison: _Comparison) -> LayerDiff:
    """What became of one layer."""
    old, new = one.old, one.new
    if old is None or new is None:
        return _lonely(one.pair, comparison.unproven)
    weights = weight_diffs(old.layer, new.layer, comparison.readings)
    changes = _config_changes(old, new, comparison) if comparison.has_configs else ()
    return LayerDiff(
        old.layer,
        new.layer,
        one.pair.matched_by,
        verdict_of(weights, comparison.unproven),
        tuple(changes),
        weights,
        renamed=_is_renamed(old, new),
        moved=place in comparison.moved,
    )


def _lonely(pair: LayerPair, unproven: Collection[Verdict]) -> LayerDiff:
    """A layer that only one side has, as far as it can be read."""
    old, new = pair.old, pair.new
    weights = (
        *(WeightDiff(weight.name, weight, None) for weight in (old.weights if old else ())),
        *(WeightDiff(weight.name, None, weight) for weight in (new.weights if new else ())),
    )
    verdict: Verdict = "removed" if new is None else "added"
    return LayerDiff(old, new, None, None if verdict in unproven else verdict, (), weights)


def _config_changes(old: Standing, new: Standing, comparison: _Comparison) -> Iterator[ConfigChange]:
    """In what the configs of a layer differ, what feeds it and how it is called, and what a nested model gives."""
    calls = comparison.calls
    yield from layer_changes((old.layer, old.around), (new.layer, new.around), exact=comparison.is_exact)
    feeding = calls.feeding_changes(old.layer, new.layer)
    yield from feeding
    yield from calls.changes(old.layer.path, new.layer.path, same_feeders=not feeding)
    yield from calls.end_changes(old.layer.path, new.layer.path)


def _is_renamed(old: Standing, new: Standing) -> bool:
    """Whether both files tell the name of a layer, nobody else gave it one, and the names differ."""
    if old.is_model or new.is_model or not (old.layer.named and new.layer.named):
        return False
    return old.layer.name != new.layer.name and not (_is_made(old) and _is_made(new))


def _is_made(one: Standing) -> bool:
    """Whether the layer around it made a layer from its own config, and gave it its name."""
    return one.around is not None and is_derived(one.layer.config, one.around.config)


def _is_form(one: StandingPair, old: Model, new: Model) -> bool:
    """Whether a layer that one side lacks is the input of a Sequential, which only Keras 3 puts into the config."""
    if one.old is not None and one.new is not None:
        return False
    known, model = (one.old, old) if one.new is None else (one.new, new)
    if known is None or known.layer.kind != "input":
        return False
    return row_of((known.around.class_name if known.around else model.class_name) or "").is_chain


def _lists_layers(model: Model) -> bool:
    """Whether a file tells of every layer, of those without weights too: a file of weights and a subclass do not."""
    return "layers" in config_of(model.config or {})


def _is_row(diff: LayerDiff, *, lists_layers: bool) -> bool:
    """Whether a layer is one of the comparison: it has weights, it is on both sides, or there are no layers below it.

    Nothing can be said of a layer without weights that one side lacks, unless the file of that side would tell of it.
    """
    sides = [layer for layer in (diff.old, diff.new) if layer is not None]
    if len(sides) > 1 or any(layer.weights for layer in sides):
        return True
    return lists_layers and not any(layer.layers for layer in sides)
