"""Arrays of a TensorFlow checkpoint that are no layer's weight: what the graph of objects says of each.

An optimizer of tf.keras before 2.11 lists its slots with the variables that they are for. Later ones name a slot after
both (``Adam/m/dense/kernel``), and so does Keras 3 in its own way (``adam/dense_kernel_momentum``). An optimizer of
Keras 3 lists the weights too that it trains: one that no layer has stays a weight, and is no state of the optimizer.
"""

from __future__ import annotations

from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.knowledge.optimizers.names import WORDS
from kerasinspect.model import Extra

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect.formats.object_graph import ObjectGraph
    from kerasinspect.model import ExtraKind, Weight

_VALUE = "/.ATTRIBUTES/VARIABLE_VALUE"
"""What the keys of variables end in."""
_TABLES = ("/.ATTRIBUTES/table-keys", "/.ATTRIBUTES/table-values")
_STEPS = frozenset({"iter", "iterations", "_iterations"})
_COPIES = "_all_variables/"
"""What the keys begin with under which Keras 3 exports every variable once more."""
_OF_ORBAX = ("metrics_variables.", "optimizer_variables.")
"""What keys of Orbax begin with, whose parts are joined with dots."""
_SEED = "seed_generator_state"
_STATES, _ATTRIBUTES = "states", ".ATTRIBUTES"


class _Slot(NamedTuple):
    """What an optimizer keeps in an array, and the weight that it is for."""

    name: str
    weight: str | None = None


def tracked_extras(graph: ObjectGraph, weights: Sequence[Weight]) -> Iterator[Extra]:
    """Every array of a checkpoint that is no weight, in the order of its keys."""
    paths = {weight.stored_path: weight.path for weight in weights}
    numbers = {one.key: number for number, one in enumerate(graph.objects) if one.key}
    names = {graph[numbers[key]].full_name: path for key, path in paths.items() if key in numbers}
    slots = {**_named_slots(graph, names), **_listed_slots(graph, paths)}
    trained = {graph[number].key for number in graph.trained()}
    for key, array in graph.arrays.items():
        if key in paths:
            continue
        if key in trained:
            yield Extra("unclaimed", graph[numbers[key]].full_name or key.removesuffix(_VALUE), key, array, None)
            continue
        full_name = graph[numbers[key]].full_name if key in numbers else ""
        slot = slots.get(key)
        kind = "optimizer" if slot else _kind_of(key, full_name, names)
        name = slot.name if slot else key.removesuffix(_VALUE)
        yield Extra(kind, name, key, array, slot.weight if slot else names.get(full_name) if kind == "copy" else None)


def _kind_of(key: str, full_name: str, names: Mapping[str, str]) -> ExtraKind:
    """What an array is that no optimizer has."""
    if key.endswith(_TABLES):
        return "table"
    if key.startswith(_COPIES) and full_name in names:
        return "copy"
    if full_name.endswith(_SEED):
        return "seed"
    parts = key.replace(".", "/").split("/") if key.startswith(_OF_ORBAX) else key.split("/")
    if _is_state(parts):
        return "state"
    if "metrics" in parts or parts[0] in {"_loss_tracker", "_metrics", "metrics_variables"}:
        return "metric"
    return (
        "optimizer"
        if ".OPTIMIZER_SLOT" in parts or {"optimizer", "optimizer_variables", "training"} & {*parts[:2]}
        else "unclaimed"
    )


def _is_state(parts: Sequence[str]) -> bool:
    """Whether a key is that of what a stateful recurrent layer keeps of a batch: ``.../states/0/.ATTRIBUTES/...``."""
    inside = [*takewhile(_ATTRIBUTES.__ne__, parts)]
    _, *places = [*dropwhile(_STATES.__ne__, inside)] or [""]
    return bool(places) and all(place.isdigit() for place in places)


def _listed_slots(graph: ObjectGraph, paths: Mapping[str, str]) -> dict[str, _Slot]:
    """The slots that optimizers list with the variables that they are for, by key."""
    return {
        graph[slot.value].key: _Slot(WORDS.get(slot.name, slot.name), paths.get(graph[slot.variable].key))
        for one in graph.objects
        for slot in one.slots
        if max(slot.value, slot.variable) < len(graph.objects) and graph[slot.value].key
    }


def _named_slots(graph: ObjectGraph, names: Mapping[str, str]) -> dict[str, _Slot]:
    """The variables of optimizers, by key: what their names say."""
    joined = {name.replace("/", "_"): path for name, path in names.items()}
    lengths = sorted({*map(len, joined)}, reverse=True)
    found: dict[str, _Slot] = {}
    for edge, number in _kept_by_optimizers(graph):
        variable = graph[number]
        if variable.key and variable.full_name not in names:
            found[variable.key] = _slot_named(variable.full_name or edge, names, joined, lengths)
    return found


def _kept_by_optimizers(graph: ObjectGraph) -> Iterator[tuple[str, int]]:
    """What optimizers hold and what lies in that, each once, with the attribute of the optimizer that leads there."""
    met: set[int] = set()
    for one in graph.objects:
        if not any(edge in _STEPS for edge, _ in one.children):
            continue
        for edge, child in one.children:
            if child not in met:
                met.add(child)
                yield from ((edge, number) for number in (child, *(below for _, below in graph[child].children)))


def _slot_named(full_name: str, names: Mapping[str, str], joined: Mapping[str, str], lengths: Sequence[int]) -> _Slot:
    """What the name of an optimizer's variable says; ``lengths`` are those of the joined names, the longest first."""
    _, _, rest = full_name.partition("/")
    role, _, variable = rest.partition("/")
    if variable in names:
        return _Slot(WORDS.get(role, role), names[variable])
    for length in lengths:
        if rest[length : length + 1] == "_" and rest[:length] in joined:
            return _Slot(rest[length + 1 :], joined[rest[:length]])
    return _Slot(rest or full_name)
