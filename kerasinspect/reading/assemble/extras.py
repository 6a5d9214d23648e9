"""Arrays that are no layer's weight: optimizer state, metrics, random seeds, and what nothing claims."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from kerasinspect.knowledge.optimizers import Slot, State, Target, optimizer_class, part_of, slots_of
from kerasinspect.model import Extra, ExtraKind
from kerasinspect.reading.assemble.matching import user_name
from kerasinspect.reading.assemble.nodes import as_mapping

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from kerasinspect.model import Weight
    from kerasinspect.reading.contents import Contents
    from kerasinspect.reading.stored import StoredArray

WORDS: tuple[tuple[str, ExtraKind], ...] = (
    ("optimizer", "optimizer"),
    ("metric", "metric"),
    ("loss_tracker", "metric"),
    ("seed_generator", "seed"),
)


def extras_of(contents: Contents, claimed: set[str]) -> Iterator[Extra]:
    """Every array of the file that is not among the ``claimed`` paths."""
    for row in contents.optimizer:
        yield Extra("optimizer", row.name, row.array.path, row.array)
    rows = [row for layer in contents.layers for row in layer.rows] + [*contents.own]
    stored = [row.array for row in rows] + [*(contents.tree.all_arrays() if contents.tree else ()), *contents.others]
    for array in stored:
        if array.path not in claimed:
            yield Extra(kind_of(array), name_of(array), array.path, array)


def kind_of(array: StoredArray) -> ExtraKind:
    """What kind of array lies at such a path."""
    parts = array.path.lower().split("/")
    for word, kind in WORDS:
        if any(word in part for part in parts):
            return kind
    return "unclaimed"


def name_of(array: StoredArray) -> str:
    """Its path without the leading slash: all that the file says."""
    return array.path.lstrip("/")


def with_slots(extras: Iterable[Extra], contents: Contents, weights: Sequence[Weight]) -> Iterator[Extra]:
    """The same extras, in the same order, with what each array of an optimizer is and the weight that it belongs to."""
    every = [*extras]
    groups: dict[str, list[Extra]] = {}
    for extra in every:
        if extra.kind == "optimizer":
            groups.setdefault(extra.stored_path.rpartition("/")[0] if contents.tree else "", []).append(extra)
    trained = [weight for weight in weights if weight.trainable is not False]
    targets = [Target(weight.name, weight.shape, stored_name(weight)) for weight in trained]
    found: dict[str, Extra] = {}
    for path, members in groups.items():
        members.sort(key=lambda extra: key_of(extra.name))
        states = [State(state_name(extra.name), extra.array.shape) for extra in members]
        slots = group_slots(path, contents, targets, states)
        for extra, slot in zip(members, slots, strict=True):
            owner = trained[slot.weight].path if slot.weight is not None else None
            found[extra.stored_path] = replace(extra, name=slot.name or extra.name, weight=owner)
    for extra in every:
        yield found.get(extra.stored_path, extra)


def group_slots(path: str, contents: Contents, targets: Sequence[Target], states: Sequence[State]) -> list[Slot]:
    """What the arrays of one group are: of the model's optimizer, of the one inside it, or of one among several."""
    optimizer = optimizer_of(contents)
    *outer, _ = path.split("/") if path else ("",)
    if outer[-2:-1] == ["optimizers"]:
        return part_of(outer[-1], targets, states)
    if outer[-1:] == ["inner_optimizer"]:
        optimizer = as_mapping(as_mapping(optimizer).get("config")).get("inner_optimizer")
    return slots_of(optimizer, targets, states, contents.keras_version)


def optimizer_of(contents: Contents) -> Any:  # noqa: ANN401 - any JSON
    """The serialised optimizer, or only its name, from a config of any generation."""
    compiled = as_mapping(as_mapping(contents.config).get("compile_config"))
    training = as_mapping(contents.training_config)
    named = compiled.get("optimizer") or training.get("optimizer_config") or training.get("optimizer")
    group = contents.tree.groups.get("optimizer") if contents.tree and not named else None
    # Since Keras 3.6, files without a config have at least the optimizer's own name, which begins as its class does.
    return named or (optimizer_class(user_name(group) or "") if group else None)


def key_of(name: str) -> int:
    """The number of an array that is only numbered, which HDF5 sorts as text; rows of a legacy file are in order."""
    last = name.rpartition("/")[2]
    return int(last) if last.isdecimal() else 0


def state_name(name: str) -> str:
    """The name of an array as its optimizer gave it."""
    return name.replace("\\", "/").removesuffix(":0")


def stored_name(weight: Weight) -> str:
    """What a legacy file calls a weight, below the group of its layer: ``dense/kernel``."""
    path = weight.stored_path.removesuffix(":0")
    inside = path.removeprefix("/model_weights/")
    return "" if inside == path else inside.removeprefix(f"{weight.layer.split('/')[0]}/")
