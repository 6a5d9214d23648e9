"""Variables of a TensorFlow checkpoint to layers: the graph of objects is walked with the config, if there is one.

A checkpoint keeps no names of layers, but each variable has the name that it was made with, ``block/dense_1/kernel``:
what stands before the last part is the path of its layer. A layer of a nested model lacks the model's own name there.
A SavedModel has the name, class and config of each layer beside its object.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.assembly.claiming.choosing import kind_named
from kerasinspect.assembly.claiming.tracked.ends import claim_weights
from kerasinspect.assembly.claiming.tracked.paths import NamedVariable, claim_paths
from kerasinspect.assembly.claiming.tracked.reading import (
    LAYER,
    NOT_LAYERS,
    SEED_EDGE,
    UNNAMED,
    Reading,
    listed_as_trained,
    listed_variables,
    named_weights,
)
from kerasinspect.assembly.claiming.tracked.recognising import (
    recognise,
    usual_attributes,
    usual_orders,
    word_among,
    words_of,
)
from kerasinspect.assembly.claiming.tracked.tables import tables_of
from kerasinspect.assembly.nodes import Claim, Node
from kerasinspect.assembly.order import Placement
from kerasinspect.assembly.skeleton import node_of, sublayer_nodes
from kerasinspect.knowledge.kinds import WeightSpec
from kerasinspect.knowledge.layers import class_of_name
from kerasinspect.knowledge.serialized import text_at
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import over_limit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from kerasinspect.formats.object_graph import ObjectGraph
    from kerasinspect.limits import Limits

_UNTRAINED = frozenset({"moving_mean", "moving_variance", "mean", "variance", "count", "vector_u", "sn_u"})
"""Names of variables that training does not change."""


@dataclass(slots=True)
class _Walk:
    """What the walk of a graph carries from object to object."""

    reading: Reading
    top: int
    """The model."""
    nodes: dict[int, Node] = field(default_factory=dict)
    """The layer of each object that was met."""
    places: dict[int, Placement] = field(default_factory=dict)
    """The place of each variable that a layer claimed."""
    within: set[int] = field(default_factory=set)
    """The objects that lie in a layer, or in a model that lists no layers, as Keras 3 made it."""

    @property
    def graph(self) -> ObjectGraph:
        """The objects."""
        return self.reading.graph

    @property
    def is_of_keras_3(self) -> bool:
        """Whether Keras 3 made the objects, which counts its own variables alone among the weights of a layer."""
        return self.reading.is_of_keras_3

    def follows_all(self, objects: Sequence[tuple[str, int]]) -> bool:
        """Whether what is held is all that an object of no known class holds.

        TensorFlow does not follow the lists of Keras 3, which any layer may have that is not one of Keras's own.
        """
        attributes = frozenset(edge for edge, _ in objects)
        return not attributes or not self.is_of_keras_3 or attributes in usual_attributes()

    def may_be_outer(self, number: int) -> bool:
        """Whether the path before an object's variables may be that of a model or a layer around it.

        What a layer of Keras 3 makes as it is first called within another one bears the name of the outermost alone.
        """
        return number in self.within and "/" not in self.prefixes.get(number, "")

    @property
    def prefixes(self) -> Mapping[int, str]:
        """The path that the names of an object's variables begin with."""
        return self.reading.prefixes


class _Claimed(NamedTuple):
    """A model with its arrays."""

    model: Node
    places: list[Placement] | None
    """In the order of ``get_weights()``, where the file lists them so."""
    tables: Mapping[str, Callable[[], bytes]]
    """Vocabularies by the keys of their tables, one token a line."""


def claim_objects(root: Node | None, graph: ObjectGraph, limits: Limits) -> _Claimed:
    """The whole model with its arrays; raises RefusedFile where layers lie too deep inside one another."""
    reading = Reading(graph, limits)
    top = reading.model()
    walk = _Walk(reading, top)
    node = root or _node_of(walk, top, "", "")
    node.role = "model"
    if root is None and not graph[top].metadata:
        node.name, node.is_plain = walk.prefixes.get(top, ""), True
    if graph.has_paths:
        claim_weights(node, _named(graph, (number for _, number in graph[0].children)), walk.places, limits)
        return _Claimed(node, None, {})
    if graph.has_names_alone:
        claim_paths(node, _named(graph, named_weights(graph)), walk.places, limits)
        for below in node.walk():
            below.order_known = below.own_order_known = False
    elif reading.held(top) or not listed_variables(graph, top):
        _claim(walk, node, top, 0)
        _claim_trained(walk, node)
    else:
        trains = listed_as_trained(graph, top)
        variables = (one._replace(trains=trains.get(one.number)) for one in _named(graph, listed_variables(graph, top)))
        claim_paths(node, variables, walk.places, limits)
    return _Claimed(node, _in_listed_order(walk, top), tables_of(graph, walk.nodes))


def _claim(walk: _Walk, node: Node, number: int, depth: int) -> None:
    """Give a layer its own variables, then each layer in it its own."""
    limits = walk.reading.limits
    if depth > limits.hdf5_depth:
        raise over_limit("hdf5_depth", depth, limits.hdf5_depth, "The graph of objects")
    if len(walk.nodes) >= limits.layers:
        raise over_limit("layers", len(walk.nodes) + 1, limits.layers, "The graph of objects")
    walk.nodes[number] = node
    _claim_variables(walk, node, number)
    _claim_nameless(walk, node, number)
    listed = walk.reading.listed_layers(number)
    if node.kind is None and listed is not None:
        node.role, node.is_plain = "model", not node.from_config
    objects = walk.reading.held(number)
    if listed is not None and node.is_model:
        objects = [(f"{LAYER}{place}", child) for place, child in enumerate(listed)]
    for child, place in _matched(walk, node, number, objects):
        _claim_again(walk, child, place, depth)
    times = Counter(walk.prefixes.get(place, "") for _, place in objects)
    is_open = number in walk.within or (node.kind is None and listed is None and not walk.follows_all(objects))
    for edge, place in objects:
        if place in walk.prefixes and place not in walk.nodes:
            is_told = times[walk.prefixes[place]] == 1
            if is_open:
                walk.within.add(place)
            child = _node_of(walk, place, edge, walk.prefixes.get(number, ""), is_told=is_told)
            node.children.append(child)
            _claim(walk, child, place, depth + 1)
        elif place not in walk.nodes and walk.reading.lacks_cells(place):
            walk.nodes[place] = Node(edge, "", from_config=False, named=False, count_known=False)
            node.children.append(walk.nodes[place])
    _note_order(walk, node, objects, is_listed=listed is not None)


def _claim_trained(walk: _Walk, model: Node) -> None:
    """Make the layers of weights that the graph reaches through an optimizer alone, as the names of these tell them.

    TensorFlow does not follow every list of Keras 3, such as the cells of a wrapped layer. So what else the model has
    is unknown, and all positions with it. A name that several have tells no layer, and neither does what stands before
    it; a layer that was met has what it has.
    """
    graph, limits = walk.graph, walk.reading.limits
    left = [number for number in graph.trained() if number not in walk.places]
    if not left:
        return
    count = Counter(one.full_name for one in graph.objects if one.key)
    unclear = {name.rpartition("/")[0] for name, times in count.items() if times > 1}
    told = [number for number in left if _tells_layer(graph[number].full_name.rpartition("/")[0], unclear)]
    if model.from_config and not walk.places:
        claim_weights(model, _named(graph, told), walk.places, limits)
    else:
        met = {child.name for child in model.children}
        told = [number for number in told if graph[number].full_name.partition("/")[0] not in met]
        claim_paths(model, _named(graph, told), walk.places, limits)
    for below in model.walk():
        below.order_known = False


def _tells_layer(path: str, unclear: AbstractSet[str]) -> bool:
    """Whether a path before a variable's name is that of a layer, and not of a model around it alone."""
    return path not in unclear and ("/" in path or class_of_name(path) is not None)


def _claim_again(walk: _Walk, node: Node, number: int, depth: int) -> None:
    """Give a layer its variables, or note that it is one that was met."""
    if number in walk.nodes:
        node.same_as = walk.nodes[number]
    else:
        _claim(walk, node, number, depth + 1)


def _claim_variables(walk: _Walk, node: Node, number: int) -> None:
    """Give a layer its own variables, in the order in which it made them."""
    words = words_of(node)
    inside = _inner_variables(walk.graph, number) if node.kind is not None and node.kind.shares_kernel else ()
    for edge, child in walk.graph[number].children:
        array = walk.graph.array(child)
        if array is None or child in walk.places or edge in NOT_LAYERS or edge == SEED_EDGE:
            continue
        if child in inside:
            continue
        one = walk.graph[child]
        name = word_among(words, _own_name(one.full_name, edge))
        kind = kind_named(node, name, array)
        if kind is None and one.full_name == UNNAMED and walk.is_of_keras_3:
            kind = WeightSpec(edge.lstrip("_"), trainable=False, counted=False)
        name = kind.name if kind is not None and not kind.counted else name
        trained = False if one.trainable is None and kind is None and name in _UNTRAINED else one.trainable
        claim = Claim(name, array, kind, trainable=trained, is_keyed=True)
        node.claims.append(claim)
        walk.places[child] = Placement(node, claim, is_known=True)


def _claim_nameless(walk: _Walk, node: Node, number: int) -> None:
    """Give a wrapper the variables of the layer in it where these bear the wrapper's name and no other."""
    inner = walk.graph.child(number, "layer")
    if inner is None or inner in walk.nodes or node.children or walk.graph[inner].metadata:
        return
    if walk.prefixes.get(inner) == walk.prefixes.get(number) and not walk.reading.held(inner):
        walk.nodes[inner] = node
        _claim_variables(walk, node, inner)


def _inner_variables(graph: ObjectGraph, number: int) -> set[int]:
    """The variables of the layer that a wrapper wraps, of which it may hold one itself."""
    inner = graph.child(number, "layer")
    return set() if inner is None else {child for _, child in graph[inner].children}


def _own_name(full_name: str, edge: str) -> str:
    """The name of a variable, or of the attribute that holds it where the variable has none."""
    return full_name.rpartition("/")[2] or edge.lstrip("_")


def _matched(walk: _Walk, node: Node, number: int, held: Sequence[tuple[str, int]]) -> Iterator[tuple[Node, int]]:
    """The object of each layer that the config, or the class of a layer, says to be in it."""
    if not node.is_model:
        if not node.from_config and node.kind is not None:
            node.children = [*_guessed(walk, node, number)]
        yield from _by_attribute(walk, node, number)
        return
    places = [place for _, place in held]
    names = {name: place for place in reversed(places) if (name := _name_told(walk, place))}
    if names:
        yield from ((child, names[child.name]) for child in node.children if child.name in names)
        return
    bare = [child for child in node.children if child.role != "input"]
    # The list of a Sequential has its input in TensorFlow 1, and its config has it since 2.2.
    behind_input = places[1:] if places and places[0] not in walk.prefixes else places
    for children, objects in ((node.children, places), (bare, places), (bare, behind_input)):
        pairs = [*zip(children, objects, strict=False)]
        if len(children) == len(objects) and all(_may_be(walk, *pair) for pair in pairs):
            yield from pairs
            return
    told = {walk.prefixes.get(place): place for place in places}
    yield from ((child, told[child.name]) for child in node.children if child.name in told)


def _may_be(walk: _Walk, node: Node, number: int) -> bool:
    """Whether an object may be a layer of a config: the names of its variables have that of the layer.

    TensorFlow 1 and 2.0 add a number to a name that is taken. What lies in somebody else's layer may have any name.
    """
    prefix = walk.prefixes.get(number, "")
    owns = any(walk.graph[child].key for _, child in walk.graph[number].children)
    if not prefix or node.is_model or (node.kind is None and not owns):
        return True
    return f"/{node.name}/" in f"/{prefix}/" or f"/{node.name}_" in f"/{prefix}"


def _name_told(walk: _Walk, number: int) -> str:
    """The name of a layer as the file has it beside its object."""
    return text_at(walk.graph[number].metadata or {}, "name") or ""


def _by_attribute(walk: _Walk, node: Node, number: int) -> Iterator[tuple[Node, int]]:
    """The object of each layer inside one of a known class, by the attribute that holds it."""
    for attributes in dict.fromkeys(child.attributes for child in node.children):
        place = next((at for name in attributes if (at := walk.graph.child(number, name)) is not None), None)
        if place is None:
            continue
        held = [child for child in node.children if child.attributes == attributes]
        places = walk.reading.in_order(place) if held[0].listed else [place]
        yield from zip(held, places, strict=False)


def _guessed(walk: _Walk, node: Node, number: int) -> Iterator[Node]:
    """The layers inside one of a known class that no config describes."""
    for part in node.kind.sublayers if node.kind else ():
        if part.class_name and not part.listed and any(walk.graph.child(number, name) for name in part.attributes):
            for child in sublayer_nodes(Node(node.name, node.class_name, {"use_gate": True}), part):
                child.from_config = False
                yield child


def _node_of(walk: _Walk, number: int, edge: str, outer: str, *, is_told: bool = True) -> Node:
    """The layer that an object is, as the file describes it, or as its variables' names and their number prove.

    A path that layers side by side have in common tells the name of none: these are called as what holds them.
    """
    metadata = walk.graph[number].metadata
    if metadata is not None:
        return node_of(metadata)
    prefix = walk.prefixes.get(number, "")
    name = prefix.removeprefix(f"{outer}/") if outer else prefix
    is_named = bool(name) and name != outer and is_told
    node = Node(name if is_named else edge or "model", "", from_config=False, named=is_named)
    _recognise(walk, node, number)
    if node.kind is None and is_named and walk.may_be_outer(number):
        node.name, node.named = edge, False
    return node


def _recognise(walk: _Walk, node: Node, number: int) -> None:
    """Give a layer the class that its name says, where its variables and the layers in it are those of the class."""
    one = walk.graph[number]
    variables = {
        _own_name(walk.graph[child].full_name, edge): array
        for edge, child in one.children
        if (array := walk.graph.array(child)) is not None
    }
    inside = {edge for edge, child in one.children if child in walk.prefixes and not walk.graph[child].key}
    recognise(node, variables, inside - walk.reading.no_layers(number))


def _note_order(walk: _Walk, node: Node, objects: Sequence[tuple[str, int]], *, is_listed: bool) -> None:
    """Note what the graph leaves open: the order of a layer's own variables, and of the layers in it.

    A model goes through its attributes as they were assigned, but through the keys of a dictionary as they sort. A
    layer whose variables are called as those of one of Keras's own, and one that only wraps another, is taken for one.
    """
    node.bears = bool(node.claims) or any(child.bears for child in node.children)
    if node.kind is not None or is_listed:
        return
    node.count_known = walk.follows_all(objects)
    names = tuple(claim.name for claim in node.claims)
    inside = sum(child.bears for child in node.children)
    node.own_order_known = not names or names in usual_orders()
    node.is_plain = node.own_order_known and inside + bool(names) == 1
    if not node.is_plain and not (walk.nodes[walk.top] is node and all("/" not in edge for edge, _ in objects)):
        node.order_known = inside + bool(names) <= 1


def _in_listed_order(walk: _Walk, top: int) -> list[Placement] | None:
    """The places in the order of the list that a SavedModel has; those that it lacks come last, at no position."""
    listed = listed_variables(walk.graph, top)
    if not listed or any(number not in walk.places for number in listed):
        return None
    known = {*listed}
    others = (place._replace(is_known=False) for number, place in walk.places.items() if number not in known)
    return [*(walk.places[number] for number in listed), *others]


def _named(graph: ObjectGraph, numbers: Iterable[int]) -> Iterator[NamedVariable]:
    """Variables with their names and their arrays."""
    for number in numbers:
        one, array = graph[number], graph.array(number)
        if array is not None:
            yield NamedVariable(number, one.full_name or one.key, array, one.trainable)
