"""Arrays of a legacy file to layers: names are in the file, but prefixes, order and nesting differ by version.

One top-level layer's arrays are stored together: all trainable ones of everything inside it, then all others. Where
the expected sequence of names agrees with the stored one, places decide; elsewhere the parts of the names do.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.absent import can_be, keep_places
from kerasinspect.assembly.claiming.choosing import (
    expected_kinds,
    fits_arrays,
    kinds_of,
    possible_kinds,
    resettle,
    unnamed_claim,
)
from kerasinspect.assembly.claiming.describing_rows import layer_of_rows
from kerasinspect.assembly.claiming.displaced import Arranged, arranged, note_displaced_weights
from kerasinspect.assembly.claiming.legacy_names import (
    POSITION,
    current_word,
    is_first_keras,
    last_word,
)
from kerasinspect.assembly.claiming.matching import expects_arrays
from kerasinspect.assembly.claiming.placing import are_named_otherwise, claim_names
from kerasinspect.assembly.claiming.sharing import distinct, listed_again
from kerasinspect.assembly.nodes import Claim, Node
from kerasinspect.assembly.skeleton import is_named
from kerasinspect.knowledge.kinds import weights_for
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.layers.weights import LORA
from kerasinspect.knowledge.quantization import lora_kinds, policy_of
from kerasinspect.late.dataclasses import replace
from kerasinspect.late.patterns import late_pattern
from kerasinspect.remarks import Remark

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from kerasinspect.formats.contents import Contents, LayerRows, Row
    from kerasinspect.knowledge.kinds import WeightSpec

_FIRST_NAME = late_pattern(r"_(W|b)$")
"""The end of a weight's name in Keras 1 with Theano."""


def claim_rows(root: Node | None, contents: Contents) -> tuple[Node, list[Remark], Arranged]:
    """The whole model with its arrays, remarks on layers that only the file has, and its order of layers."""
    model = root or Node("", "", role="model", from_config=False)
    _name_nameless(model, contents.layers)
    places, remarks = _places_of(model, contents.layers)
    for layer in contents.layers:
        node = places[layer.name]
        if not layer.has_group:
            keep_places(node)
        elif any(below.claims for below in node.walk()):
            remarks.append(Remark("repeated-layer", layer.name))
        elif layer.rows:
            _claim_layer(node, layer)
    if _is_subclass(contents):
        model.order_known = False
    in_file = arranged(model, [places[layer.name] for layer in contents.layers if layer.rows])
    if _is_theano(contents):
        for node in model.walk():
            node.claims = [_flipped(node, one) for one in node.claims]
    model.claims = [Claim(current_word(row.name, ()), row.array) for row in contents.own]
    if contents.own and not model.name:
        prefix, slash, _ = contents.own[0].name.partition("/")
        model.name = prefix if slash else ""
    return model, remarks, in_file


def _places_of(model: Node, layers: Sequence[LayerRows]) -> tuple[dict[str, Node], list[Remark]]:
    """The layer of each name, those that only the file has among them, and remarks on these."""
    places = {child.name: child for child in reversed(model.children)}
    lists_layers = bool(places)
    places |= _renamed(model, layers)
    unnamed = {layer.name: layer_of_rows(layer) for layer in layers if layer.name not in places}
    if unnamed:
        model.children = _in_order_of_file([*model.children, *unnamed.values()], layers)
    bearing = [layer.name for layer in layers if layer.rows and layer.name in unnamed] if lists_layers else []
    return {**places, **unnamed}, [Remark("undescribed-layer", name) for name in dict.fromkeys(bearing)]


def _renamed(model: Node, layers: Sequence[LayerRows]) -> dict[str, Node]:
    """The layers that the config names otherwise than the file, by the name in the file.

    Where both have as many layers with arrays, Keras loads one after the other, whatever they are called.
    """
    listed = [child for child in model.children if expects_arrays(child)]
    bearing = [layer for layer in layers if layer.rows]
    if len(listed) != len(bearing):
        return {}
    names, stored = {child.name for child in model.children}, {layer.name for layer in layers}
    pairs = zip(listed, bearing, strict=True)
    found = {one.name: child for child, one in pairs if one.name not in names and child.name not in stored}
    for name, child in found.items():
        child.stored_as = name
    return found


def _in_order_of_file(nodes: Sequence[Node], layers: Sequence[LayerRows]) -> list[Node]:
    """Layers in the order in which the file lists them; one that it does not list stays behind the one before it."""
    places = {layer.name: place for place, layer in enumerate(layers)}
    keyed = []
    place = -1
    for node in nodes:
        place = places.get(node.name, place)
        keyed.append((place, node))
    return [node for _, node in sorted(keyed, key=lambda one: one[0])]


def _is_subclass(contents: Contents) -> bool:
    """Whether weights without a config are those of a subclass of Model, whose name stands before those of its layers.

    It has all trainable weights of the layers in a list before all others of them, and no list is in the file.
    """
    names = [(row.name.split("/"), layer.name) for layer in contents.layers for row in layer.rows]
    return contents.config is None and any(parts[1:2] == [name] != parts[:1] for parts, name in names)


def _name_nameless(model: Node, layers: Sequence[LayerRows]) -> None:
    """Name layers whose config leaves their names out: the file has them at the same places."""
    listed = model.children
    if len(listed) != len(layers):
        # A Sequential of Keras 3 leaves its input out of the list.
        listed = [child for child in listed if child.role != "input"]
    if len(listed) == len(layers):
        for child, layer in zip(listed, layers, strict=True):
            child.name = child.name if is_named(child) else layer.name


def _is_theano(contents: Contents) -> bool:
    """Whether Keras wrote the file with Theano: it says so since 2.0; before, only TensorFlow's names end in ``:0``."""
    names = [row.name for layer in contents.layers for row in layer.rows]
    is_first = any(_FIRST_NAME.search(name) for name in names)
    return contents.backend == "theano" or (is_first and not any(name.endswith(":0") for name in names))


def _flipped(node: Node, claim: Claim) -> Claim:
    """An array of a layer whose kernels Theano stores in reverse, with a remark that says so."""
    if not row_of(node.class_name).is_flipped_by_theano or "kernel" not in claim.name:
        return claim
    return replace(claim, remark=claim.remark or Remark("reversed-axes"))


def _claim_layer(node: Node, layer: LayerRows) -> None:
    """Give a top-level layer's arrays to it and to the layers inside it."""
    if is_first_keras(layer.rows):
        _flatten_cell(node, layer.rows)
    if all(POSITION.fullmatch(row.name) for row in layer.rows):
        _claim_positions(node, layer.rows)
        return
    repeats: Mapping[Node, Node] = {}
    sequence = _fitting(node, repeats, layer.rows)
    if sequence is None:
        repeats = listed_again(node)
        sequence = _fitting(node, repeats, layer.rows) if repeats else None
    if sequence is not None and not repeats and are_named_otherwise(node, sequence, layer):
        claim_names(node, layer)
        note_displaced_weights(node, sequence, layer.rows)
    elif sequence is None:
        claim_names(node, layer)
        if node.from_config:
            expected = _expected_weights(node, {}, {last_word(row.name) for row in layer.rows})
            note_displaced_weights(node, next(_sequences(expected)), layer.rows)
    else:
        _claim_sequence(node, sequence, layer.rows)
        for below in node.walk():
            below.same_as = repeats.get(below)
    for below in node.walk():
        resettle(below)
        missing = lora_kinds(tuple(one.kind for one in below.claims if one.kind), below.config)
        below.unstored += sum(kind.name not in {one.name for one in below.claims} for kind in missing)


def _flatten_cell(node: Node, rows: Sequence[Row]) -> None:
    """Let recurrent layers of Keras 1 own their weights, which has no cells, and one array per gate or one for all."""
    for below in node.walk():
        cells = [child for child in below.children if child.kind and child.kind.is_cell]
        if len(cells) != 1 or below.kind is None or not below.kind.makes_sublayers:
            continue
        gated = any(re.search(r"_[ifcozrh](:0)?$", row.name) for row in rows)
        separate = below.kind.separate_gates if gated else ()
        below.weights = separate or weights_for(kinds_of(cells[0]), below.config)
        below.children = []


def _fitting(node: Node, repeats: Mapping[Node, Node], rows: Sequence[Row]) -> list[tuple[Node, WeightSpec]] | None:
    """The first of the possible orders that agrees with what is stored."""
    tree = _expected_weights(node, repeats, {last_word(row.name) for row in rows})
    return next((one for one in _sequences(tree) if _matches(one, rows)), None)


def _expected_weights(
    node: Node, repeats: Mapping[Node, Node], stored: AbstractSet[str]
) -> list[tuple[Node, WeightSpec]]:
    """All weights that a layer and those inside it have by class and config, one layer after the other.

    ``stored`` are the words that the file has for its arrays.
    """
    tree = [(below, kind) for below in distinct(node, repeats) for kind in _own_order(below, stored)]
    for wrapper in node.walk():
        if wrapper.kind and wrapper.kind.shares_kernel:
            # It holds its sublayer's kernel itself, before its own vector.
            owners = [owner for owner, _ in tree]
            places = [owners.index(one) for one in (wrapper, *wrapper.children[:1]) if one in owners]
            tree.insert(places[0], tree.pop(places[-1]))
    return tree


def _sequences(tree: list[tuple[Node, WeightSpec]]) -> Iterator[list[tuple[Node, WeightSpec]]]:
    """The orders in which the arrays of a layer may be stored, the likeliest first."""
    yield [*filter(_is_trained_weight, tree), *(one for one in tree if not _is_trained_weight(one))]
    yield [*(one for one in tree if one[1].trainable), *(one for one in tree if not one[1].trainable)]
    yield tree


def _is_trained_weight(one: tuple[Node, WeightSpec]) -> bool:
    """Whether a weight counts as trainable where its layer may be frozen."""
    node, kind = one
    # LoRA freezes what it adapts; legacy files hold that and the two factors.
    return kind.trainable and not node.frozen and not (kind.name in LORA and node.config.get("lora_rank"))


def _own_order(node: Node, stored: AbstractSet[str]) -> list[WeightSpec]:
    """A layer's own weights as ``layer.weights`` has them: trainable ones first.

    Of several ways to store a quantized layer it is the one with most names, all of which are ``stored``.
    """
    first = node.weights if node.weights is not None and not node.config.get("equation") else None
    options = [weights_for(first, node.config)] if first else expected_kinds(node)
    whole = (option for option in options if {kind.name for kind in option} <= stored)
    kinds = [*max(whole, key=len, default=options[0])]
    if node.config.get("lora_rank"):
        kinds += lora_kinds(weights_for(kinds_of(node), node.config), node.config)
    if policy_of(node.config).mode:
        kinds.sort(key=lambda kind: not kind.trainable)
    return [*(kind for kind in kinds if kind.trainable), *(kind for kind in kinds if not kind.trainable)]


def _matches(sequence: list[tuple[Node, WeightSpec]], rows: Sequence[Row]) -> bool:
    """Whether every stored array can be the weight that is expected in its place."""
    names: dict[Node, set[str]] = {}
    for node, kind in sequence:
        names.setdefault(node, set()).add(kind.name)
    return len(sequence) == len(rows) and all(
        _can_be_weight(names[node], kind, row) for (node, kind), row in zip(sequence, rows, strict=True)
    )


def _claim_sequence(node: Node, sequence: list[tuple[Node, WeightSpec]], rows: Sequence[Row]) -> None:
    """Give each array to the layer whose weight it is, and put each layer's own ones in order."""
    for (owner, kind), row in zip(sequence, rows, strict=True):
        owner.claims.append(Claim(kind.name, row.array, kind))
    stored = {kind.name for _, kind in sequence}
    for below in node.walk():
        places = {kind.name: place for place, kind in enumerate(_own_order(below, stored))}
        below.claims.sort(key=lambda claim, places=places: places[claim.name])  # type: ignore[misc]


def _can_be_weight(names: AbstractSet[str], kind: WeightSpec, row: Row) -> bool:
    """Whether a stored array can be this weight, of all ``names`` of its layer: same name, possible rank."""
    return current_word(row.name, names) == kind.name and can_be(kind, row.array)


def _claim_positions(node: Node, rows: Sequence[Row]) -> None:
    """Claim the weights of a layer of Keras 0.x, which are only numbered."""
    arrays = [row.array for row in rows]
    kinds = tuple(kind for below in node.walk() for kind in expected_kinds(below)[0])
    if not fits_arrays(kinds, arrays):
        options = [option for option in possible_kinds(node) if fits_arrays(option, arrays)]
        kinds = options[0] if len(options) == 1 else ()
    for place, row in enumerate(rows):
        if kinds:
            node.claims.append(Claim(kinds[place].name, row.array, kinds[place]))
        else:
            node.claims.append(unnamed_claim(place, node, row.array))
