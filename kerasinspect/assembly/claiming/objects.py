"""Variables of a TensorFlow checkpoint to layers: the graph of objects is walked with the config, if there is one.

A checkpoint keeps no names of layers, but each variable has the name that it was made with, ``block/dense_1/kernel``:
what stands before the last part is the path of its layer. A layer of a nested model lacks the model's own name there.
A SavedModel has the name, class and config of each layer beside its object.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from kerasinspect.assembly.claiming.choosing import kind_named, kinds_of, possible_kinds
from kerasinspect.assembly.claiming.legacy_names import current_word
from kerasinspect.assembly.claiming.recognising import TELLING
from kerasinspect.assembly.nodes import Claim, Node
from kerasinspect.assembly.order import Placement
from kerasinspect.assembly.skeleton import node_of, role_of, sublayer_nodes
from kerasinspect.knowledge.layers import LAYERS, class_of_name
from kerasinspect.knowledge.serialized import text_at
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.limits import over_limit
from kerasinspect.names import number_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from kerasinspect.containers.stored import StoredArray
    from kerasinspect.formats.object_graph import ObjectGraph
    from kerasinspect.limits import Limits

_LAYER = "layer-"
"""What the attributes of a model of tf.keras that hold its layers begin with."""
_LISTS = ("_operations", "_layers")
"""The attributes of a model of Keras 3 that hold the list of its layers."""
_INNER = "_functional"
"""The attribute of a Sequential or a subclass of Keras 3 that holds the same layers once more, in a model."""
_NOT_LAYERS = frozenset(
    {
        *("variables", "trainable_variables", "non_trainable_variables", "trainable_weights", "non_trainable_weights"),
        *("weights", "keras_api", "optimizer", "_optimizer", "_metrics", "loss", "root", "signatures"),
        *("regularization_losses", "_all_variables", "_misc_assets", "train_function", "train_tf_function"),
        *("compiled_loss", "compiled_metrics", "_loss_tracker", "_tracked", "save_counter"),
        *("_inbound_nodes", "_outbound_nodes", "_compile_metrics", "_compile_loss", "_obj_type"),
    }
)
"""Attributes that hold no layers, or that hold again what others do."""
_SEED = "seed_generator_state"
_MEAN = ("total", "count")
"""The variables of a metric that is a mean, in their order."""
_UNTRAINED = frozenset({"moving_mean", "moving_variance", "mean", "variance", "count", "vector_u", "sn_u"})
"""Names of variables that training does not change."""
_STEPS = frozenset({"iter", "iterations", "_iterations"})
"""The variable that counts an optimizer's steps."""
_SEED_EDGE = "_state"
_TELLING = ((frozenset({"forward_layer", "backward_layer"}), "Bidirectional"),)
"""Attributes that only one class of Keras has beside those that tell classes of Keras 3."""
_POWER_VECTORS = frozenset({"vector_u", "sn_u"})
"""The vector of a layer that divides a kernel by its largest singular value, over the versions."""
_WRAPPED = frozenset({"layer", "cell", "forward_layer"})
"""Attributes of a wrapper that hold what it wraps."""


@dataclass(slots=True)
class _Walk:
    """What the walk of a graph carries from object to object."""

    graph: ObjectGraph
    limits: Limits
    top: int
    """The model."""
    prefixes: Mapping[int, str]
    """The path that the names of an object's variables begin with; absent where no variable lies below an object."""
    nodes: dict[int, Node] = field(default_factory=dict)
    """The layer of each object that was met."""
    places: dict[int, Placement] = field(default_factory=dict)
    """The place of each variable that a layer claimed."""


class Claimed(NamedTuple):
    """A model with its arrays."""

    model: Node
    places: list[Placement] | None
    """In the order of ``get_weights()``, where the file lists them so."""


def claim_objects(root: Node | None, graph: ObjectGraph, limits: Limits) -> Claimed:
    """The whole model with its arrays; raises RefusedFile where layers lie too deep inside one another."""
    prefixes = prefixes_of(graph)
    top = _model_in(graph, prefixes)
    walk = _Walk(graph, limits, top, prefixes)
    node = root or _node_of(walk, top, "", "")
    node.role = "model"
    if root is None and not graph[top].metadata:
        node.name, node.is_plain = prefixes.get(top, ""), True
    if graph.has_names_alone:
        claim_paths(node, [*_stored_variables(graph)], walk.places)
        for below in node.walk():
            below.order_known = below.own_order_known = False
    elif _held(walk.graph, walk.prefixes, top) or not _listed_variables(graph, top):
        _claim(walk, node, top, 0)
    else:
        claim_paths(node, [*_named_variables(walk, top)], walk.places)
    return Claimed(node, _in_listed_order(walk, top))


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
            found[child] if _is_list(graph, child) or _is_bare(edge, found[child]) else found[child].rpartition("/")[0]
            for edge, child in graph[number].children
            if child in found and edge not in _NOT_LAYERS
        }
        if own:
            found[number] = own.most_common(1)[0][0]
        elif inner:
            found[number] = inner.pop() if len(inner) == 1 else ""
    return found


def _is_bare(edge: str, prefix: str) -> bool:
    """Whether the variables of what an attribute holds bear the name of the object that holds it."""
    return edge == _INNER or (edge == "layer" and "/" not in prefix)


def _is_list(graph: ObjectGraph, number: int) -> bool:
    """Whether an object has nothing but numbered ones in it."""
    return all(number_of(edge) is not None for edge, _ in graph[number].children)


def _model_in(graph: ObjectGraph, prefixes: Mapping[int, str]) -> int:
    """The object that is the model: the root, or in a checkpoint of several objects the one model among them."""
    held = {number for _, number in _held(graph, prefixes, 0)}
    if len(held) != 1 or _listed_layers(graph, 0) is not None:
        return 0
    only = held.pop()
    return 0 if _listed_layers(graph, only) is None else only


def _listed_of_keras_3(graph: ObjectGraph, number: int) -> bool:
    """Whether an object holds lists as the models of Keras 3 do, which count no metrics among their weights."""
    return any(edge in {*_LISTS, _INNER} for edge, _ in graph[number].children)


def _listed_layers(graph: ObjectGraph, number: int) -> list[int] | None:
    """The layers of a model in order, as its object lists them; None for an object that lists none."""
    layers = [
        (place, child)
        for edge, child in graph[number].children
        if edge.startswith(_LAYER) and (place := number_of(edge.removeprefix(_LAYER))) is not None
    ]
    if layers:
        return [child for _, child in sorted(layers)]
    inner = graph.child(number, _INNER)
    holders = [number] if inner is None else [number, inner]
    lists = (graph.child(holder, name) for holder in holders for name in _LISTS)
    return next((_in_order(graph, listed) for listed in lists if listed is not None), None)


def _in_order(graph: ObjectGraph, number: int) -> list[int]:
    """What a list holds, in order."""
    items = [(place, child) for edge, child in graph[number].children if (place := number_of(edge)) is not None]
    return [child for _, child in sorted(items)]


def _held(graph: ObjectGraph, prefixes: Mapping[int, str], number: int) -> list[tuple[str, int]]:
    """The attributes of an object that hold layers, in order, with what lies in their lists and dictionaries."""
    found: list[tuple[str, int]] = []
    pending = [*reversed([*graph[number].children, *_listed_by_keras(graph, number)])]
    prefix, met = prefixes.get(number, ""), {number}
    while pending:
        edge, child = pending.pop()
        if edge in _NOT_LAYERS or child in met or child not in prefixes or _is_other(graph, child):
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
    return [] if listed is None else [("layers/0", child) for child in _in_order(graph, listed)]


def _is_collection(graph: ObjectGraph, number: int, outer: str, prefix: str) -> bool:
    """Whether an object is a list or a dictionary of layers rather than a layer."""
    one = graph[number]
    if one.identifier:
        return one.identifier.startswith("trackable_") or one.identifier == "_generic_user_object"
    if any(graph[child].key for _, child in one.children) or _listed_layers(graph, number) is not None:
        return False
    return _is_list(graph, number) or (outer == prefix and _WRAPPED.isdisjoint(edge for edge, _ in one.children))


def _is_other(graph: ObjectGraph, number: int) -> bool:
    """Whether an object is an optimizer, a metric or a generator of random numbers."""
    one = graph[number]
    edges = {edge for edge, child in one.children if graph[child].key}
    is_metric = (edges == {*_MEAN} or "metric" in one.identifier) and _listed_of_keras_3(graph, 0)
    return bool(one.slots) or is_metric or not _STEPS.isdisjoint(edges) or edges == {_SEED_EDGE}


def _claim(walk: _Walk, node: Node, number: int, depth: int) -> None:
    """Give a layer its own variables, then each layer in it its own."""
    if depth > walk.limits.hdf5_depth:
        raise over_limit("hdf5_depth", depth, walk.limits.hdf5_depth, "The graph of objects")
    walk.nodes[number] = node
    _claim_variables(walk, node, number)
    _claim_nameless(walk, node, number)
    listed = _listed_layers(walk.graph, number)
    if node.kind is None and listed is not None:
        node.role, node.is_plain = "model", not node.from_config
    objects = _held(walk.graph, walk.prefixes, number)
    if listed is not None and node.is_model:
        objects = [(f"{_LAYER}{place}", child) for place, child in enumerate(listed)]
    for child, place in _matched(walk, node, number, objects):
        _claim_again(walk, child, place, depth)
    for edge, place in objects:
        if place in walk.prefixes and place not in walk.nodes:
            child = _node_of(walk, place, edge, walk.prefixes.get(number, ""))
            node.children.append(child)
            _claim(walk, child, place, depth + 1)
    _note_order(walk, node, objects, is_listed=listed is not None)


def _claim_again(walk: _Walk, node: Node, number: int, depth: int) -> None:
    """Give a layer its variables, or note that it is one that was met."""
    if number in walk.nodes:
        node.same_as = walk.nodes[number]
    else:
        _claim(walk, node, number, depth + 1)


def _claim_variables(walk: _Walk, node: Node, number: int) -> None:
    """Give a layer its own variables, in the order in which it made them."""
    for edge, child in walk.graph[number].children:
        array = walk.graph.array(child)
        if array is None or child in walk.places or edge in _NOT_LAYERS or edge == _SEED_EDGE:
            continue
        if node.kind is not None and node.kind.shares_kernel and child in _inner_variables(walk.graph, number):
            continue
        one = walk.graph[child]
        name = current_word(_own_name(one.full_name, edge), _words_of(node))
        kind = kind_named(node, name, array)
        trained = False if one.trainable is None and kind is None and name in _UNTRAINED else one.trainable
        claim = Claim(name, array, kind, trainable=trained, is_keyed=True)
        node.claims.append(claim)
        walk.places[child] = Placement(node, claim, is_known=True)


def _claim_nameless(walk: _Walk, node: Node, number: int) -> None:
    """Give a wrapper the variables of the layer in it where these bear the wrapper's name and no other."""
    inner = walk.graph.child(number, "layer")
    if inner is None or inner in walk.nodes or node.children or walk.graph[inner].metadata:
        return
    if walk.prefixes.get(inner) == walk.prefixes.get(number) and not _held(walk.graph, walk.prefixes, inner):
        walk.nodes[inner] = node
        _claim_variables(walk, node, inner)


def _inner_variables(graph: ObjectGraph, number: int) -> set[int]:
    """The variables of the layer that a wrapper wraps, of which it may hold one itself."""
    inner = graph.child(number, "layer")
    return set() if inner is None else {child for _, child in graph[inner].children}


def _own_name(full_name: str, edge: str) -> str:
    """The name of a variable, or of the attribute that holds it where the variable has none."""
    return full_name.rpartition("/")[2] or edge.lstrip("_")


def _words_of(node: Node) -> set[str]:
    """The names of all weights that a layer of its class can have."""
    return {kind.name for kind in kinds_of(node)}


def _matched(walk: _Walk, node: Node, number: int, objects: Sequence[tuple[str, int]]) -> Iterator[tuple[Node, int]]:
    """The object of each layer that the config, or the class of a layer, says to be in it."""
    if not node.is_model:
        if not node.from_config and node.kind is not None:
            node.children = [*_guessed(walk, node, number)]
        yield from _by_attribute(walk, node, number)
        return
    places = [place for _, place in objects]
    names = {name: place for place in reversed(places) if (name := _name_told(walk, place))}
    if names:
        yield from ((child, names[child.name]) for child in node.children if child.name in names)
        return
    bare = [child for child in node.children if child.role != "input"]
    for children in (node.children, bare):
        if len(children) == len(places):
            yield from zip(children, places, strict=True)
            return


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
        places = _in_order(walk.graph, place) if held[0].listed else [place]
        yield from zip(held, places, strict=False)


def _guessed(walk: _Walk, node: Node, number: int) -> Iterator[Node]:
    """The layers inside one of a known class that no config describes."""
    for part in node.kind.sublayers if node.kind else ():
        if part.class_name and not part.listed and any(walk.graph.child(number, name) for name in part.attributes):
            for child in sublayer_nodes(Node(node.name, node.class_name, {"use_gate": True}), part):
                child.from_config = False
                yield child


def _node_of(walk: _Walk, number: int, edge: str, outer: str) -> Node:
    """The layer that an object is, as the file describes it, or as its variables' names and their number prove."""
    metadata = walk.graph[number].metadata
    if metadata is not None:
        return node_of(metadata)
    prefix = walk.prefixes.get(number, "")
    name = prefix.removeprefix(f"{outer}/") if outer else prefix
    is_named = bool(name) and name != outer
    node = Node(name if is_named else edge or "model", "", from_config=False, named=is_named)
    _recognise(walk, node, number)
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
    recognise(node, variables, inside - _NOT_LAYERS)


def recognise(node: Node, variables: Mapping[str, StoredArray], inside: AbstractSet[str]) -> None:
    """Give a layer the class that what it holds proves, or that its name says where what it holds is of that class."""
    for class_name in _classes_told(node, variables, inside):
        kind = LAYERS[class_name]
        attributes = {name for part in kind.sublayers for name in part.attributes}
        words = {one.name for one in kind.weights}
        names = {current_word(name, words): array for name, array in variables.items()}
        if inside <= attributes and not kind.is_model and _can_have(class_name, names):
            node.class_name, node.kind, node.role = class_name, kind, role_of(kind)
            return


def _classes_told(node: Node, variables: Mapping[str, StoredArray], inside: AbstractSet[str]) -> Iterator[str]:
    """The classes that a layer may be of, the surest first."""
    yield from (name for attributes, name in (*TELLING, *_TELLING) if attributes <= inside)
    if "layer" in inside and not _POWER_VECTORS.isdisjoint(variables):
        yield "SpectralNormalization"
    if told := class_of_name(node.name):
        yield told


def _can_have(class_name: str, arrays: Mapping[str, StoredArray]) -> bool:
    """Whether arrays of these names can be all weights of a layer of a class, less a kernel that it wraps."""
    if LAYERS[class_name].shares_kernel:
        arrays = {name: array for name, array in arrays.items() if name != "kernel"}
    for kinds in possible_kinds(Node("", class_name, kind=LAYERS[class_name])):
        named = {kind.name: kind for kind in kinds}
        if named.keys() == arrays.keys() and all(
            named[name].can_be(len(array.shape), array.dtype) for name, array in arrays.items()
        ):
            return True
    return False


def _note_order(walk: _Walk, node: Node, objects: Sequence[tuple[str, int]], *, is_listed: bool) -> None:
    """Note what the graph leaves open: the order of a layer's own variables, and of the layers in it.

    A model goes through its attributes as they were assigned, but through the keys of a dictionary as they sort. A
    layer whose variables are called as those of one of Keras's own, and one that only wraps another, is taken for one.
    """
    node.bears = bool(node.claims) or any(child.bears for child in node.children)
    if node.kind is not None or is_listed:
        return
    names = tuple(claim.name for claim in node.claims)
    inside = sum(child.bears for child in node.children)
    node.own_order_known = not names or names in _usual_orders()
    node.is_plain = node.own_order_known and inside + bool(names) == 1
    if not node.is_plain and not (walk.nodes[walk.top] is node and all("/" not in edge for edge, _ in objects)):
        node.order_known = inside + bool(names) <= 1


@cache
def _usual_orders() -> frozenset[tuple[str, ...]]:
    """The names of all weights of a layer, in order, for all classes of Keras."""
    return frozenset(
        tuple(one.name for one in kinds)
        for name, kind in LAYERS.items()
        for kinds in possible_kinds(Node("", name, kind=kind))
    ) | {_MEAN}


def _listed_variables(graph: ObjectGraph, number: int) -> list[int]:
    """The variables that a SavedModel lists of a model, in the order of ``get_weights()``; none without such a list."""
    listed = graph.child(number, "variables")
    every = [] if listed is None else [child for child in _in_order(graph, listed) if graph[child].key]
    return [child for child in dict.fromkeys(every) if not graph[child].full_name.endswith(_SEED)]


def _in_listed_order(walk: _Walk, top: int) -> list[Placement] | None:
    """The places in the order of the list that a SavedModel has; those that it lacks come last, at no position."""
    listed = _listed_variables(walk.graph, top)
    if not listed or any(number not in walk.places for number in listed):
        return None
    others = (place._replace(is_known=False) for number, place in walk.places.items() if number not in {*listed})
    return [*(walk.places[number] for number in listed), *others]


def _named_variables(walk: _Walk, top: int) -> Iterator[tuple[int, str, StoredArray, bool | None]]:
    """The variables that are listed, each with its number, its name, its array, and whether training changes it."""
    for number in _listed_variables(walk.graph, top):
        one, array = walk.graph[number], walk.graph.array(number)
        if array is not None:
            yield number, one.full_name or one.key, array, one.trainable


def _stored_variables(graph: ObjectGraph) -> Iterator[tuple[int, str, StoredArray, bool | None]]:
    """Every tensor of a checkpoint of names that is none of an optimizer's: it has another one's name in its own."""
    for number, one in enumerate(graph.objects):
        array, (outer, _, _) = graph.array(number), one.key.rpartition("/")
        is_slot = outer in graph.arrays or one.key.split("/")[0] == "training" or one.key == "global_step"
        if array is not None and not is_slot:
            yield number, one.key, array, None


def claim_paths(
    model: Node, variables: Sequence[tuple[int, str, StoredArray, bool | None]], places: dict[int, Placement]
) -> None:
    """Make the layers that the names of variables pass through, and give each its own."""
    made: dict[tuple[str, ...], Node] = {(): model}
    for number, full_name, array, trainable in variables:
        *path, name = full_name.split("/")
        owner = _at_path(made, tuple(path), name)
        claim = Claim(name, array, trainable=trainable, is_keyed=True)
        owner.claims.append(claim)
        places[number] = Placement(owner, claim, is_known=True)
    for node in model.walk():
        if node is not model:
            recognise(node, {claim.name: claim.array for claim in node.claims}, _attributes_of(node))
    for number, (node, claim, known) in places.items():
        name = current_word(claim.name, _words_of(node))
        told = replace(claim, name=name, kind=kind_named(node, name, claim.array))
        node.claims[node.claims.index(claim)] = told
        places[number] = Placement(node, told, known)


def _attributes_of(node: Node) -> AbstractSet[str]:
    """The attributes that hold the layers in one of which only names are known."""
    return (
        {"cell"}
        if len(node.children) == 1 and "_cell" in node.children[0].name
        else {child.name for child in node.children}
    )


def _at_path(made: dict[tuple[str, ...], Node], path: tuple[str, ...], name: str) -> Node:
    """The layer at a path; a second one where the first has a variable of that name, as two models may hold twins."""
    node = made.get(path)
    if node is not None and not (path and any(claim.name == name for claim in node.claims)):
        return node
    outer = made[()]
    for length in range(1, len(path) + 1):
        part = path[:length]
        if part not in made or length == len(path):
            inner = Node(part[-1], "", from_config=False)
            outer.children.append(inner)
            made[part] = inner
        outer = made[part]
    return outer
