"""What a graph of objects says: which object is the model, which objects are layers, in which order.

Edges are attributes of Python objects. Most are layers or variables; others lead to what holds the same layers again,
or to what is no layer: optimizers, metrics, what Keras notes of a call.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.limits import Tally, over_limit
from kerasinspect.names import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from kerasinspect.formats.object_graph import ObjectGraph
    from kerasinspect.limits import Limits

LAYER = "layer-"
"""What the attributes of a model of tf.keras that hold its layers begin with."""
_LISTS = ("_operations", "_layers")
"""The attributes of a model of Keras 3 that hold the list of its layers."""
_CALLS = "_inbound_nodes"
"""An attribute that every layer of Keras 3 has, and none of tf.keras: that of 1.15 keeps ``_layers`` too."""
_NO_KIND = "_generic_user_object"
"""What a SavedModel says of a group of objects of no kind that TensorFlow knows, and of every layer of Keras 3."""
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
UNNAMED = "Variable"
"""What TensorFlow calls a variable that was given no name, which Keras 3 never does with its own."""
_STATES = "states"
"""The attribute in which a stateful recurrent layer keeps what it ended with."""
_CELLS = "cells"
"""The attribute that holds the list of cells; in TensorFlow 1 their variables all have the name of the layer."""
_WAYS = ("forward_", "backward_")
"""What the names of the layers in a wrapper of two directions begin with; TensorFlow 1 gave a cell no name in it."""
_WRAPPED = frozenset({"layer", "cell", "forward_layer"})
"""Attributes of a wrapper that hold what it wraps."""
_WHERE = "The graph of objects"


class _Seen(NamedTuple):
    """What is asked of an object once for each of those that hold it."""

    owns: bool
    """It holds variables."""
    lists_layers: bool
    """It is a model that lists its layers."""
    is_list: bool
    """It has nothing but numbered objects in it."""
    wraps: bool
    """It holds another layer as wrappers do."""
    is_other: bool
    """It is an optimizer, a metric or a generator of random numbers."""


class Reading:
    """A graph of objects as it is read: what is found out about an object is kept, and the work is counted.

    Any number of objects may hold one list, so that a small file could otherwise ask for any amount of work: each
    method raises RefusedFile once lists are gone through more often than the limit ``hdf5_links`` allows.
    """

    def __init__(self, graph: ObjectGraph, limits: Limits) -> None:
        """Begin with what all names below each object begin with."""
        self.graph, self.limits = graph, limits
        self.is_of_keras_3 = graph.is_of_keras_3()
        self.prefixes = _prefixes_of(graph)
        """The path that the names of an object's variables begin with; absent where no variable lies below it."""
        self._steps = Tally("hdf5_links", limits.hdf5_links, _WHERE)
        self._characters = Tally("path_characters", limits.path_characters, _WHERE)
        self._seen: dict[int, _Seen] = {}
        self._held: dict[int, list[tuple[str, int]]] = {}
        self._of_keras_3: dict[int, bool] = {}

    def model(self) -> int:
        """The object that is the model: the root, or in a checkpoint of several objects the one model among them."""
        layers = {number for _, number in self.held(0)}
        if len(layers) != 1 or self.listed_layers(0) is not None:
            return 0
        only = layers.pop()
        return 0 if self.listed_layers(only) is None else only

    def listed_layers(self, number: int) -> list[int] | None:
        """The layers of a model in order, as its object lists them; None for an object that lists none."""
        layers = _numbered_layers(self.graph, number)
        if layers:
            return [child for _, child in sorted(layers)]
        listed = self._list_of_keras_3(number)
        return None if listed is None else self.in_order(listed)

    def no_layers(self, number: int) -> AbstractSet[str]:
        """The attributes of an object that hold no layers, or again what others hold."""
        return NOT_LAYERS if self._is_of_keras_3(number) else NOT_LAYERS.union(_LISTS)

    def _list_of_keras_3(self, number: int) -> int | None:
        """The list of its layers that a model of Keras 3 holds."""
        inner = self.graph.child(number, _INNER)
        holders = [one for one in (number, inner) if one is not None and self._is_of_keras_3(one)]
        lists = (self.graph.child(holder, name) for holder in holders for name in _LISTS)
        return next((listed for listed in lists if listed is not None), None)

    def _is_of_keras_3(self, number: int) -> bool:
        """Whether an object holds lists as the models of Keras 3 do, which count no metrics among their weights."""
        if number not in self._of_keras_3:
            edges = {edge for edge, _ in self.graph[number].children}
            self._of_keras_3[number] = _INNER in edges or (_CALLS in edges and not edges.isdisjoint(_LISTS))
        return self._of_keras_3[number]

    def lacks_cells(self, number: int) -> bool:
        """Whether an object without variables is a recurrent layer, or wraps one, whose cells a list of Keras 3 has."""
        met = set[int]()
        while number not in met and number not in self.prefixes and len(met) < self.limits.hdf5_depth:
            met.add(number)
            self._steps.add(len(self.graph[number].children))
            held = dict(self.graph[number].children)
            inner = next((held[edge] for edge in ("forward_layer", "layer", "cell") if edge in held), None)
            if inner is None:
                return False
            if "cell" in held:
                return inner not in self.prefixes
            number = inner
        return False

    def in_order(self, number: int) -> list[int]:
        """What a list holds, in order."""
        self._steps.add(len(self.graph[number].children))
        return _in_order(self.graph, number)

    def held(self, number: int) -> list[tuple[str, int]]:
        """The attributes of an object that hold layers, in order, with what lies in their lists and dictionaries."""
        if number not in self._held:
            self._held[number] = [*self._layers_held(number)]
        return self._held[number]

    def _layers_held(self, number: int) -> Iterator[tuple[str, int]]:
        """What ``held`` gives."""
        pending = [(edge, child, 0) for edge, child in self._attributes_of(number)]
        prefix, met = self.prefixes.get(number, ""), {number}
        ignored = self.no_layers(number)
        if self.graph.child(number, "cell") is not None:
            ignored = {*ignored, _STATES}
        while pending:
            edge, child, depth = pending.pop()
            if edge in ignored or child in met or child not in self.prefixes or self._look_at(child).is_other:
                continue
            met.add(child)
            if self._is_collection(child, prefix):
                pending += self._inside(edge, child, depth + 1)
            else:
                yield edge, child

    def _attributes_of(self, number: int) -> Iterator[tuple[str, int]]:
        """The attributes of an object and the layers that a SavedModel lists of it, the last one first."""
        children = self.graph[number].children
        self._steps.add(len(children))
        return reversed([*children, *self._listed_by_keras(number)])

    def _inside(self, edge: str, number: int, depth: int) -> Iterator[tuple[str, int, int]]:
        """What lies in a list or a dictionary, the last one first, by the names that lead there."""
        if depth > self.limits.hdf5_depth:
            raise over_limit("hdf5_depth", depth, self.limits.hdf5_depth, _WHERE)
        children = self.graph[number].children
        self._steps.add(len(children))
        for inner, below in reversed(children):
            self._characters.add(len(edge) + len(inner) + 1)
            yield f"{edge}/{inner}", below, depth

    def _listed_by_keras(self, number: int) -> list[tuple[str, int]]:
        """The layers that a SavedModel lists of a model or a layer: also those that no attribute leads to."""
        held = self.graph.child(number, "keras_api")
        listed = None if held is None else self.graph.child(held, "layers")
        return [] if listed is None else [("layers/0", child) for child in self.in_order(listed)]

    def _is_collection(self, number: int, outer: str) -> bool:
        """Whether an object is a list or a dictionary of layers rather than a layer."""
        identifier = self.graph[number].identifier
        if identifier == _NO_KIND:
            return self.graph.child(number, _CALLS) is None
        if identifier:
            return identifier.startswith("trackable_")
        seen = self._look_at(number)
        if seen.owns or seen.lists_layers:
            return False
        return seen.is_list or (outer == self.prefixes[number] and not seen.wraps)

    def _look_at(self, number: int) -> _Seen:
        """What is asked of an object."""
        seen = self._seen.get(number)
        if seen is None:
            seen = self._seen[number] = self._looked_at(number)
        return seen

    def _looked_at(self, number: int) -> _Seen:
        """The same, from all that it holds."""
        graph, one = self.graph, self.graph[number]
        lists_layers = bool(_numbered_layers(graph, number)) or self._list_of_keras_3(number) is not None
        edges = {edge for edge, child in one.children if graph[child].key}
        is_metric = (edges == {*MEAN} or "metric" in one.identifier) and self._is_of_keras_3(0)
        is_other = bool(one.slots) or is_metric or not _STEPS.isdisjoint(edges) or edges == {SEED_EDGE}
        wraps = not _WRAPPED.isdisjoint(edge for edge, _ in one.children)
        return _Seen(bool(edges), lists_layers, _is_list(graph, number), wraps, is_other)


def _prefixes_of(graph: ObjectGraph) -> dict[int, str]:
    """For each object above any variable the path that all names below it begin with, as far as these tell one.

    That of a layer is what its variables' names have before their last part; that of an object without variables is
    what those of most objects in it have in common, less a part.
    """
    found: dict[int, str] = {}
    owners: dict[int, str] = {}
    kept: dict[int, _Below] = {}
    for number in _inmost_first(graph):
        own: Counter[str] = Counter()
        inner: list[tuple[str, _Below]] = []
        for edge, child in graph[number].children:
            if graph[child].key:
                if child not in owners:
                    owners[child] = graph[child].full_name.rpartition("/")[0]
                own[owners[child]] += 1
            if child not in found or edge in NOT_LAYERS:
                continue
            if child not in kept:
                kept[child] = _below(graph, found, child)
            inner.append((kept[child].outer_part(edge), kept[child]))
        if own:
            found[number] = _of_own(own)
        elif inner:
            found[number] = _of_most(inner)
    return found


def _inmost_first(graph: ObjectGraph) -> Iterator[int]:
    """All objects, each behind those that it holds, as far as these do not hold it in their turn.

    What is near to the root may lie deep in another object as well: a layer that a model shares with one inside it.
    """
    met: set[int] = set()
    for start in graph.walk():
        pending = [(start, iter(graph[start].children))] if start not in met else []
        met.add(start)
        while pending:
            number, children = pending[-1]
            for edge, child in children:
                if child not in met and edge not in NOT_LAYERS:
                    met.add(child)
                    pending.append((child, iter(graph[child].children)))
                    break
            else:
                yield number
                pending.pop()


def _of_own(paths: Counter[str]) -> str:
    """The path that most variables of an object have before their last part; of two, the first or one around it.

    A wrapper may hold a variable of the layer in it beside its own.
    """
    (first, count), *others = paths.most_common()
    around = [path for path, times in others if times == count and first.startswith(f"{path}/")]
    return min(around, key=len, default=first)


def _of_most(inside: Sequence[tuple[str, _Below]]) -> str:
    """The path that more than half of the objects in another one have before their own names.

    Layers that were built before the model around them was called lack its name; those of a Functional or a
    Sequential model always do, so that these say nothing. What has no variables may be a layer, or else a dictionary
    of layers, which has no name of its own: so it tells two paths, and the first counts where that settles nothing.
    """
    said = [(path, below) for path, below in inside if path or below.prefix]
    as_layers = Counter(path for path, _ in said)
    every = as_layers + Counter(below.prefix for path, below in said if below.is_unclear and path != below.prefix)
    path = max(every, key=lambda one: (every[one], as_layers[one]), default="")
    return path if 2 * every[path] > len(said) else ""


class _Below(NamedTuple):
    """What is said of the object that holds one by the names of the variables below that one."""

    prefix: str
    is_unclear: bool
    """It holds no variables and no numbered objects alone: a layer around others, or a dictionary of layers."""
    is_list: bool
    cells: str | None
    """The path that the objects in a list have in common."""

    def outer_part(self, edge: str) -> str:
        """What these names have of the object that holds it as an attribute."""
        if edge == _CELLS and self.cells is not None:
            return self.cells
        return self.prefix if self.is_list or self._is_bare(edge) else self.prefix.rpartition("/")[0]

    def _is_bare(self, edge: str) -> bool:
        """Whether the variables of what an attribute holds bear the name of the object that holds it."""
        last = self.prefix.rpartition("/")[2]
        return edge == _INNER or (edge in {"layer", "cell"} and (last == self.prefix or last.startswith(_WAYS)))


def _below(graph: ObjectGraph, found: Mapping[int, str], number: int) -> _Below:
    """What an object says of those that hold it, once the prefixes of all below it are found."""
    is_list, items = _is_list(graph, number), _in_order(graph, number)
    alike = len(items) > 1 and len({found.get(item) for item in items}) == 1
    is_unclear = not is_list and not any(graph[child].key for _, child in graph[number].children)
    return _Below(found[number], is_unclear, is_list, found.get(items[0], "") if alike else None)


def _is_list(graph: ObjectGraph, number: int) -> bool:
    """Whether an object has nothing but numbered ones in it."""
    return all(number_of(edge) is not None for edge, _ in graph[number].children)


def _numbered_layers(graph: ObjectGraph, number: int) -> list[tuple[int, int]]:
    """The attributes of a model of tf.keras that hold its layers: their numbers, and what each holds."""
    return [
        (place, child)
        for edge, child in graph[number].children
        if edge.startswith(LAYER) and (place := number_of(edge.removeprefix(LAYER))) is not None
    ]


def _in_order(graph: ObjectGraph, number: int) -> list[int]:
    """What a list holds, in order."""
    items = [(place, child) for edge, child in graph[number].children if (place := number_of(edge)) is not None]
    return [child for _, child in sorted(items)]


def listed_variables(graph: ObjectGraph, number: int) -> list[int]:
    """The variables that a SavedModel lists of a model, in the order of ``get_weights()``; none without such a list."""
    listed = graph.child(number, "variables")
    every = [] if listed is None else [child for child in _in_order(graph, listed) if graph[child].key]
    return [child for child in dict.fromkeys(every) if not graph[child].full_name.endswith(_SEED)]


def listed_as_trained(graph: ObjectGraph, number: int) -> dict[int, bool]:
    """Whether training changes each variable that an exported model lists among those it does change, or does not."""
    lists = {trains: graph.child(number, name) for name, trains in _TRAINED_LISTS}
    return {child: trains for trains, place in lists.items() if place is not None for child in _in_order(graph, place)}


def named_weights(graph: ObjectGraph) -> Iterator[int]:
    """The variables of a checkpoint of names alone that are no optimizer's: these have another one's name in theirs."""
    for number, one in enumerate(graph.objects):
        is_slot = one.key.rpartition("/")[0] in graph.arrays or one.key.split("/")[0] == "training"
        if graph.array(number) is not None and not is_slot and one.key != "global_step":
            yield number
