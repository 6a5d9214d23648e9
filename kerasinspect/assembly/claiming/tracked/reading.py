"""What a graph of objects says: which object is the model, which objects are layers, in which order.

Edges are attributes of Python objects. Most are layers or variables; others lead to what holds the same layers again,
or to what is no layer: optimizers, metrics, what Keras notes of a call.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from kerasinspect.names import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from kerasinspect.formats.object_graph import ObjectGraph

LAYER = "layer-"
"""What the attributes of a model of tf.keras that hold its layers begin with."""
_LISTS = ("_operations", "_layers")
"""The attributes of a model of Keras 3 that hold the list of its layers."""
_CALLS = "_inbound_nodes"
"""An attribute that every layer of Keras 3 has, and none of tf.keras: that of 1.15 keeps ``_layers`` too."""
_INNER = "_functional"
"""The attribute of a Sequential or a subclass of Keras 3 that holds the same layers once more, in a model."""
NOT_LAYERS = frozenset(
    {
        *("variables", "trainable_variables", "non_trainable_variables", "trainable_weights", "non_trainable_weights"),
        *("weights", "keras_api", "optimizer", "_optimizer", "_metrics", "loss", "root", "signatures"),
        *("regularization_losses", "_all_variables", "_misc_assets", "train_function", "train_tf_function"),
        *("compiled_loss", "compiled_metrics", "_loss_tracker", "_tracked", "save_counter"),
        *("_inbound_nodes", "_outbound_nodes", "_compile_metrics", "_compile_loss", "_obj_type"),
    }
)
"""Attributes that hold no layers, or that hold again what others do."""
_TRAINED_LISTS = (("trainable_variables", True), ("non_trainable_variables", False))
"""The attributes of an exported model that list its variables by whether training changes them."""
_SEED = "seed_generator_state"
MEAN = ("total", "count")
"""The variables of a metric that is a mean, in their order."""
_STEPS = frozenset({"iter", "iterations", "_iterations"})
"""The variable that counts an optimizer's steps."""
SEED_EDGE = "_state"
_CELLS = "cells"
"""The attribute that holds the list of cells; in TensorFlow 1 their variables all have the name of the layer."""
_WAYS = ("forward_", "backward_")
"""What the names of the layers in a wrapper of two directions begin with; TensorFlow 1 gave a cell no name in it."""
_WRAPPED = frozenset({"layer", "cell", "forward_layer"})
"""Attributes of a wrapper that hold what it wraps."""


def prefixes_of(graph: ObjectGraph) -> dict[int, str]:
    """For each object above any variable the path that all names below it begin with, as far as these tell one.

    That of a layer is what its variables' names have before their last part; that of an object without variables is
    what those of the objects in it have in common, less a part.
    """
    found: dict[int, str] = {}
    for number in reversed([*graph.walk()]):
        own = Counter(
            graph[child].full_name.rpartition("/")[0] for _, child in graph[number].children if graph[child].key
        )
        inner = {
            _outer_part(graph, found, edge, child)
            for edge, child in graph[number].children
            if child in found and edge not in NOT_LAYERS
        }
        if own:
            found[number] = own.most_common(1)[0][0]
        elif inner:
            found[number] = inner.pop() if len(inner) == 1 else ""
    return found


def _outer_part(graph: ObjectGraph, found: Mapping[int, str], edge: str, child: int) -> str:
    """What the names below an object have of the object that holds it."""
    if edge == _CELLS and len(items := in_order(graph, child)) > 1 and len({found.get(item) for item in items}) == 1:
        return found.get(items[0], "")
    if _is_list(graph, child) or _is_bare(edge, found[child]):
        return found[child]
    return found[child].rpartition("/")[0]


def _is_bare(edge: str, prefix: str) -> bool:
    """Whether the variables of what an attribute holds bear the name of the object that holds it."""
    last = prefix.rpartition("/")[2]
    return edge == _INNER or (edge in {"layer", "cell"} and (last == prefix or last.startswith(_WAYS)))


def _is_list(graph: ObjectGraph, number: int) -> bool:
    """Whether an object has nothing but numbered ones in it."""
    return all(number_of(edge) is not None for edge, _ in graph[number].children)


def model_in(graph: ObjectGraph, prefixes: Mapping[int, str]) -> int:
    """The object that is the model: the root, or in a checkpoint of several objects the one model among them."""
    layers = {number for _, number in held(graph, prefixes, 0)}
    if len(layers) != 1 or listed_layers(graph, 0) is not None:
        return 0
    only = layers.pop()
    return 0 if listed_layers(graph, only) is None else only


def _listed_of_keras_3(graph: ObjectGraph, number: int) -> bool:
    """Whether an object holds lists as the models of Keras 3 do, which count no metrics among their weights."""
    edges = {edge for edge, _ in graph[number].children}
    return _INNER in edges or (_CALLS in edges and not edges.isdisjoint(_LISTS))


def no_layers(graph: ObjectGraph, number: int) -> AbstractSet[str]:
    """The attributes of an object that hold no layers, or again what others hold."""
    return NOT_LAYERS if _listed_of_keras_3(graph, number) else NOT_LAYERS.union(_LISTS)


def listed_layers(graph: ObjectGraph, number: int) -> list[int] | None:
    """The layers of a model in order, as its object lists them; None for an object that lists none."""
    layers = [
        (place, child)
        for edge, child in graph[number].children
        if edge.startswith(LAYER) and (place := number_of(edge.removeprefix(LAYER))) is not None
    ]
    if layers:
        return [child for _, child in sorted(layers)]
    inner = graph.child(number, _INNER)
    holders = [number] if inner is None else [number, inner]
    holders = [holder for holder in holders if _listed_of_keras_3(graph, holder)]
    lists = (graph.child(holder, name) for holder in holders for name in _LISTS)
    return next((in_order(graph, listed) for listed in lists if listed is not None), None)


def in_order(graph: ObjectGraph, number: int) -> list[int]:
    """What a list holds, in order."""
    items = [(place, child) for edge, child in graph[number].children if (place := number_of(edge)) is not None]
    return [child for _, child in sorted(items)]


def held(graph: ObjectGraph, prefixes: Mapping[int, str], number: int) -> list[tuple[str, int]]:
    """The attributes of an object that hold layers, in order, with what lies in their lists and dictionaries."""
    found: list[tuple[str, int]] = []
    pending = [*reversed([*graph[number].children, *_listed_by_keras(graph, number)])]
    prefix, met = prefixes.get(number, ""), {number}
    ignored = no_layers(graph, number)
    while pending:
        edge, child = pending.pop()
        if edge in ignored or child in met or child not in prefixes or _is_other(graph, child):
            continue
        met.add(child)
        if _is_collection(graph, child, prefix, prefixes[child]):
            pending += [(f"{edge}/{inner}", below) for inner, below in reversed(graph[child].children)]
        else:
            found.append((edge, child))
    return found


def _listed_by_keras(graph: ObjectGraph, number: int) -> list[tuple[str, int]]:
    """The layers that a SavedModel lists of a model or a layer: also those that no attribute leads to."""
    held = graph.child(number, "keras_api")
    listed = None if held is None else graph.child(held, "layers")
    return [] if listed is None else [("layers/0", child) for child in in_order(graph, listed)]


def _is_collection(graph: ObjectGraph, number: int, outer: str, prefix: str) -> bool:
    """Whether an object is a list or a dictionary of layers rather than a layer."""
    one = graph[number]
    if one.identifier:
        return one.identifier.startswith("trackable_") or one.identifier == "_generic_user_object"
    if any(graph[child].key for _, child in one.children) or listed_layers(graph, number) is not None:
        return False
    return _is_list(graph, number) or (outer == prefix and _WRAPPED.isdisjoint(edge for edge, _ in one.children))


def _is_other(graph: ObjectGraph, number: int) -> bool:
    """Whether an object is an optimizer, a metric or a generator of random numbers."""
    one = graph[number]
    edges = {edge for edge, child in one.children if graph[child].key}
    is_metric = (edges == {*MEAN} or "metric" in one.identifier) and _listed_of_keras_3(graph, 0)
    return bool(one.slots) or is_metric or not _STEPS.isdisjoint(edges) or edges == {SEED_EDGE}


def listed_variables(graph: ObjectGraph, number: int) -> list[int]:
    """The variables that a SavedModel lists of a model, in the order of ``get_weights()``; none without such a list."""
    listed = graph.child(number, "variables")
    every = [] if listed is None else [child for child in in_order(graph, listed) if graph[child].key]
    return [child for child in dict.fromkeys(every) if not graph[child].full_name.endswith(_SEED)]


def listed_as_trained(graph: ObjectGraph, number: int) -> dict[int, bool]:
    """Whether training changes each variable that an exported model lists among those it does change, or does not."""
    lists = {trains: graph.child(number, name) for name, trains in _TRAINED_LISTS}
    return {child: trains for trains, place in lists.items() if place is not None for child in in_order(graph, place)}


def named_weights(graph: ObjectGraph) -> Iterator[int]:
    """The variables of a checkpoint of names alone that are no optimizer's: these have another one's name in theirs."""
    for number, one in enumerate(graph.objects):
        is_slot = one.key.rpartition("/")[0] in graph.arrays or one.key.split("/")[0] == "training"
        if graph.array(number) is not None and not is_slot and one.key != "global_step":
            yield number
