"""Arrays of a TensorFlow checkpoint that are no layer's weight: what the graph of objects says of each.

An optimizer of tf.keras before 2.11 lists its slots with the variables that they are for. Later ones name a slot after
both (``Adam/m/dense/kernel``), and so does Keras 3 in its own way (``adam/dense_kernel_momentum``). An optimizer of
Keras 3 lists the weights too that it trains: one that no layer has stays a weight, and is no state of the optimizer.
"""

from __future__ import annotations

from collections import Counter
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.knowledge.optimizers.names import WORDS
from kerasinspect.model import Extra

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

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


class _Known(NamedTuple):
    """The names of all weights."""

    names: Collection[str]
    owners: Mapping[str, str]
    """The paths of the weights whose name no other has."""
    joined: Mapping[str, str]
    """The same by names whose parts an underscore joins, where these too are no other's."""
    lengths: Sequence[int]
    """How long the joined names are, the longest first."""


def tracked_extras(graph: ObjectGraph, weights: Sequence[Weight]) -> Iterator[Extra]:
    """Every array of a checkpoint that is no weight, in the order of its keys."""
    paths = {weight.stored_path: weight.path for weight in weights}
    numbers = {one.key: number for number, one in enumerate(graph.objects) if one.key}
    names = {graph[numbers[key]].full_name: path for key, path in paths.items() if key in numbers}
    times = Counter(graph[numbers[key]].full_name for key in paths if key in numbers)
    owners = {name: path for name, path in names.items() if times[name] == 1}
    slots = {**_named_slots(graph, names, owners), **_listed_slots(graph, paths)}
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


def _named_slots(graph: ObjectGraph, names: Collection[str], owners: Mapping[str, str]) -> dict[str, _Slot]:
    """The variables of optimizers, by key: what their names say, as ``_Known`` has those of the weights."""
    times = Counter(name.replace("/", "_") for name in names)
    joined = {word: path for name, path in owners.items() if times[word := name.replace("/", "_")] == 1}
    known = _Known(names, owners, joined, sorted({*map(len, joined)}, reverse=True))
    found: dict[str, _Slot] = {}
    for edge, number in _kept_by_optimizers(graph):
        variable = graph[number]
        if variable.key and variable.full_name not in names:
            found[variable.key] = _slot_named(variable.full_name or edge, known)
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


def _slot_named(full_name: str, known: _Known) -> _Slot:
    """What the name of an optimizer's variable says.

    One that was built before it trained does not begin with the name of the optimizer: ``m/dense/kernel``.
    """
    outer, _, rest = full_name.partition("/")
    if outer in WORDS and rest in known.names:
        return _Slot(WORDS[outer], known.owners.get(rest))
    role, _, variable = rest.partition("/")
    if variable in known.names:
        return _Slot(WORDS.get(role, role), known.owners.get(variable))
    for length in known.lengths:
        if rest[length : length + 1] == "_" and rest[:length] in known.joined:
            return _Slot(rest[length + 1 :], known.joined[rest[:length]])
    return _Slot(rest or full_name)
