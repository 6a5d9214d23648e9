"""Arrays that are no layer's weight: optimizer state, metrics, random seeds, and what nothing claims."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.matching import user_name
from kerasinspect.knowledge.layers.weights import LORA
from kerasinspect.knowledge.optimizers.classes import is_loss_scaling, optimizer_class
from kerasinspect.knowledge.optimizers.names import Slot, Target
from kerasinspect.knowledge.optimizers.state import State, part_of, slots_of
from kerasinspect.knowledge.serialized import as_mapping, size
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.model import Extra, ExtraKind
from kerasinspect.names import number_of
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from kerasinspect.assembly.nodes import Node
    from kerasinspect.containers.stored import Group, StoredArray
    from kerasinspect.formats.contents import Contents
    from kerasinspect.json_values import Json
    from kerasinspect.model import Layer, Weight

_WORDS: tuple[tuple[str, ExtraKind], ...] = (
    ("optimizer", "optimizer"),
    ("metric", "metric"),
    ("loss_tracker", "metric"),
    ("seed_generator", "seed"),
)


def extras_of(
    contents: Contents, claimed: set[str], nodes: Iterable[Node], copies: Mapping[str, str]
) -> Iterator[Extra]:
    """Every array of the file that is not among the ``claimed`` paths, with what the nodes know of it.

    ``copies`` has the paths of arrays that are weights once more, with the paths of these.
    """
    noted = [*nodes]
    within = tuple(f"{path}/" for node in noted for path in node.optimizers)
    ranks = {path for node in noted for path in node.lora_ranks}
    for row in contents.optimizer:
        yield Extra("optimizer", row.name, row.array.path, row.array)
    rows = [row for layer in contents.layers for row in layer.rows] + [*contents.own]
    stored = [row.array for row in rows] + [*(contents.tree.all_arrays() if contents.tree else ()), *contents.others]
    for array in stored:
        if array.path not in claimed:
            remark = Remark("lora-rank") if array.path in ranks else None
            weight = copies.get(array.path)
            kind = "copy" if weight else "optimizer" if array.path.startswith(within) else _extra_kind(array)
            yield Extra(kind, _name_of(array), array.path, array, weight, remark)


def _extra_kind(array: StoredArray) -> ExtraKind:
    """What kind of array lies at such a path."""
    parts = array.path.lower().split("/")
    for word, kind in _WORDS:
        if any(word in part for part in parts):
            return kind
    return "unclaimed"


def _name_of(array: StoredArray) -> str:
    """Its path without the leading slash: all that the file says."""
    return array.path.lstrip("/")


def with_slots(
    extras: Iterable[Extra], contents: Contents, weights: Sequence[Weight], layers: Iterable[Layer]
) -> Iterator[Extra]:
    """The extras, in order, each array of an optimizer with what it is and the weight that it belongs to."""
    every = [*extras]
    groups: dict[str, list[Extra]] = {}
    for extra in every:
        if extra.kind == "optimizer":
            groups.setdefault(extra.stored_path.rpartition("/")[0] if contents.tree else "", []).append(extra)
    trained = [*_trained_weights(weights, layers)] if groups else []
    targets = [one.target for one in trained]
    found: dict[str, Extra] = {}
    for path, members in groups.items():
        members.sort(key=lambda extra: _number_in_group(extra.name))
        states = [State(_state_name(extra.name), extra.array.shape) for extra in members]
        slots = _group_slots(path, contents, targets, states)
        for extra, slot in zip(members, slots, strict=True):
            owner = trained[slot.weight].path if slot.weight is not None else None
            found[extra.stored_path] = replace(extra, name=slot.name or extra.name, weight=owner)
    for extra in every:
        yield found.get(extra.stored_path, extra)


@dataclass(frozen=True, slots=True)
class _TrainedWeight:
    """A weight that training changes, be it that the file lacks it."""

    path: str
    target: Target


def _trained_weights(weights: Sequence[Weight], layers: Iterable[Layer]) -> Iterator[_TrainedWeight]:
    """The trainable weights in the order of ``get_weights()``, and the LoRA factors that are merged into others."""
    stored = {weight.path for weight in weights}
    adapted = {layer.path: layer for top in layers for layer in top.walk() if layer.config.get("lora_rank")}
    is_known = Counter(weight.shape for weight in weights if weight.index is None and weight.trainable is not False)
    for layer, own_weights in groupby(weights, key=lambda weight: weight.layer):
        own = [*own_weights]
        for weight in own:
            if weight.trainable is not False:
                is_ambiguous = weight.index is None and is_known[weight.shape] > 1
                yield _TrainedWeight(
                    weight.path, Target(weight.name, weight.shape, _stored_name(weight), not is_ambiguous)
                )
        for name, shape in _lora_shapes(adapted.get(layer), own):
            if f"{layer}/{name}" not in stored:
                yield _TrainedWeight(f"{layer}/{name}", Target(name, shape))


def _lora_shapes(layer: Layer | None, own: Sequence[Weight]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The names and shapes of the LoRA factors of a layer, from what they are merged into."""
    rank = size(layer.config, "lora_rank") if layer else None
    whole = next((weight for weight in own if weight.name in LORA), None)
    if rank and whole is not None and len(shape := tuple(axis.size for axis in whole.value_axes)) > 1:
        yield f"{LORA[whole.name]}_a", (*shape[:-1], rank)
        yield f"{LORA[whole.name]}_b", (rank, shape[-1])


def _group_slots(path: str, contents: Contents, targets: Sequence[Target], states: Sequence[State]) -> list[Slot]:
    """What the arrays of one group are: of the model's optimizer, of the one inside it, or of one among several."""
    optimizer = optimizer_of(contents)
    *outer, _ = path.split("/") if path else ("",)
    if outer[-2:-1] == ["optimizers"]:
        return part_of(outer[-1], targets, states)
    if outer[-1:] == ["inner_optimizer"]:
        optimizer = as_mapping(as_mapping(optimizer).get("config")).get("inner_optimizer")
    return slots_of(optimizer, targets, states, contents.keras_version)


def optimizer_of(contents: Contents) -> Json:
    """The serialised optimizer, or only its name, from a config of any generation.

    Under a policy of mixed_float16 the file holds a LossScaleOptimizer around the one that the config names. Where
    there is no config, Keras since 3.6 has at least the optimizer's own name, which begins as its class does.
    """
    compiled = as_mapping(as_mapping(contents.config).get("compile_config"))
    training = as_mapping(contents.training_config)
    named = compiled.get("optimizer") or training.get("optimizer_config") or training.get("optimizer")
    group = contents.tree.groups.get("optimizer") if contents.tree else None
    inside = group.groups.get("inner_optimizer") if group else None
    if inside is None:
        return named or _class_named(group)
    if named and is_loss_scaling(named):
        return named
    return {"class_name": "LossScaleOptimizer", "config": {"inner_optimizer": named or _class_named(inside)}}


def _class_named(group: Group | None) -> str | None:
    """The class of the optimizer in a group, by its name."""
    return optimizer_class(user_name(group) or "") if group else None


def _number_in_group(name: str) -> int:
    """The number of an array that is only numbered, which HDF5 sorts as text; rows of a legacy file are in order."""
    return number_of(name.rpartition("/")[2]) or 0


def _state_name(name: str) -> str:
    """The name of an array as its optimizer gave it."""
    return name.replace("\\", "/").removesuffix(":0")


def _stored_name(weight: Weight) -> str:
    """What a legacy file calls a weight, below the group of its layer: ``dense/kernel``."""
    path = weight.stored_path.removesuffix(":0")
    inside = path.removeprefix("/model_weights/")
    return "" if inside == path else inside.removeprefix(f"{weight.layer.split('/')[0]}/")
