"""Arrays of a ``.keras`` tree to layers: config and groups are walked together.

Groups are named after classes, in order, not after layers: ``dense``, ``dense_1``. Since Keras 3.6 the attribute
``name`` of each ``vars`` group has the user's name; before, only counting tells, and each version counts otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.choosing import choose, is_lora_rank, kinds_of
from kerasinspect.assembly.claiming.describing import (
    as_written,
    guessed_sublayers,
    is_optimizer,
    layer_of_group,
    name_in_parent,
    serialised,
    unfolded,
)
from kerasinspect.assembly.claiming.displaced import note_displaced_groups
from kerasinspect.assembly.claiming.matching import (
    VARS,
    TreeWalk,
    counted_keys,
    has_arrays,
    match_groups,
    own_arrays,
    user_name,
)
from kerasinspect.assembly.claiming.recognising import may_extend
from kerasinspect.assembly.nodes import Node
from kerasinspect.assembly.skeleton import node_of
from kerasinspect.formats.weights_file import CONTAINERS
from kerasinspect.knowledge.kinds import weights_for
from kerasinspect.knowledge.layers import class_of_name
from kerasinspect.knowledge.serialized import text_at

if TYPE_CHECKING:
    from kerasinspect.containers.stored import Group, StoredArray
    from kerasinspect.knowledge.keras_versions import KerasVersion

_NOT_LAYERS = (
    "optimizer",
    "metrics",
    "loss_tracker",
    "_metrics",
    "_loss_tracker",
    "compile_metrics",
    "_compile_metrics",
)
"""Groups of a model that hold no layers."""
_LIBRARY = "keras_hub"
"""The beginning of modules and registered names of keras-hub."""


def claim_tree(root: Node | None, tree: Group, version: KerasVersion | None = None) -> Node:
    """The whole model with its arrays; a file without a config gets its layers from the groups."""
    node = root or Node(user_name(tree) or "", "", role="model", from_config=False, is_plain=True)
    # A file of LoRA factors has all of them in one group, which is no layer.
    whole = tree.groups["lora"] if root is None and [*tree.groups] == ["lora"] else tree
    walk = TreeWalk(version=version, is_of_library=_is_of_library(root, whole))
    _claim_group(walk, node, whole)
    return node


def _is_of_library(root: Node | None, tree: Group) -> bool:
    """Whether a file is of keras-hub, which the config says; without one it is asked of what the file holds."""
    if root is not None and not _names_library(root):
        return False
    from kerasinspect.assembly.claiming.library import is_of_library  # noqa: PLC0415 - few models are such

    return is_of_library(root, tree)


def _names_library(node: Node) -> bool:
    """Whether the config of a layer names keras-hub."""
    names = (text_at(node.entry, "module"), text_at(node.entry, "registered_name"))
    return node.kind is None and any((name or "").startswith(_LIBRARY) for name in names)


def _claim_group(walk: TreeWalk, node: Node, group: Group) -> None:
    """Give a layer its own arrays, then each sublayer its own."""
    node.group = group.path
    if walk.is_of_library or _names_library(node):
        from kerasinspect.assembly.claiming.library import describe  # noqa: PLC0415 - few models are such

        describe(node, group)
    keyed = own_arrays(group)
    node.lora_ranks = [array.path for key, array in keyed if is_lora_rank(key, group)]
    weights = [(key, array) for key, array in keyed if array.path not in node.lora_ranks]
    # The layers of a file of LoRA factors are numbered, with those between them left out.
    node.order_known = node.order_known and not node.lora_ranks
    node.claims = choose(node, _without_copy(node, weights), walk.version)
    walk.layers.setdefault((node.class_name, node.name), node)
    used = {VARS}
    if node.is_model:
        used |= {*_NOT_LAYERS} | _claim_container(walk, node, group)
    else:
        used |= _claim_sublayers(walk, node, group)
    _adopt(walk, node, group, used)
    _note_open_order(walk, node)


def _note_open_order(walk: TreeWalk, node: Node) -> None:
    """Note what the groups of a layer leave open: the order of the layers in it, the number of its own arrays."""
    node.bears = bool(node.claims) or any(child.bears for child in node.children)
    if node.kind is None and not node.is_plain and sum(child.bears for child in node.children) > 1:
        node.order_known = False
    if any(claim.kind is None and claim.is_keyed for claim in node.claims) or may_extend(node, walk.version):
        node.own_order_known = node.count_known = False


def _without_copy(node: Node, keyed: list[tuple[str, StoredArray]]) -> list[tuple[str, StoredArray]]:
    """A layer's own arrays, less the second copy of the wrapped kernel that SpectralNormalization stores first."""
    if node.kind and node.kind.shares_kernel and len(keyed) > 1:
        return [(str(place), array) for place, (_, array) in enumerate(keyed[1:])]
    return keyed


def _claim_container(walk: TreeWalk, model: Node, group: Group) -> set[str]:
    """Match a model's layers with the groups of its container; give the groups of the model that were used."""
    used = set()
    waiting = [child for child in model.children if child.role != "operation"]
    for name in CONTAINERS:
        container = group.groups.get(name)
        if container is None:
            continue
        used.add(name)
        keys = match_groups(walk, waiting, container)
        for child in waiting:
            if child in keys:
                child.same_as = None
                _claim_group(walk, child, container.groups[keys[child]])
            else:
                child.same_as = _met_before(walk, child)
        _note_places(waiting, keys, container)
        waiting = [child for child in waiting if child not in keys]
        _adopt(walk, model, container, set(keys.values()), in_container=True)
    for child in waiting:
        if not used:  # a layer that is stored here has a group, be it without arrays: all of these were stored before
            child.same_as = _met_before(walk, child)
        _join_inside(walk, child)
    return used


def _met_before(walk: TreeWalk, node: Node) -> Node | None:
    """The layer of the same class and name that has its arrays already."""
    return walk.layers.get((node.class_name, node.name))


def _join_inside(walk: TreeWalk, again: Node) -> None:
    """Note of the layers inside one that was met before which of those inside that one they are."""
    pending = [again]
    while pending:
        node = pending.pop()
        if node.same_as is None:
            continue
        if node.same_as not in walk.inside:
            walk.inside[node.same_as] = {(one.class_name, one.name): one for one in node.same_as.children}
        for child in node.children:
            first = walk.inside[node.same_as].get((child.class_name, child.name))
            child.same_as = first and (first.same_as or first)
        pending += node.children


def _note_places(children: list[Node], keys: dict[Node, str], container: Group) -> None:
    """Note which layers of a file that keeps their names have another one there, or lie in another one's place."""
    names = {key: user_name(group) for key, group in container.groups.items()}
    if any(names.values()):
        for child in children:
            name = names.get(keys.get(child, ""))
            child.stored_as = name if name != child.name else None
        note_displaced_groups(children, keys, counted_keys(children), container)


def _claim_sublayers(walk: TreeWalk, node: Node, group: Group) -> set[str]:
    """Give each sublayer that the class has the group of the attribute that holds it."""
    used = set()
    if node.kind and not node.from_config:
        node.children = [*guessed_sublayers(node, group)]
    for attributes in dict.fromkeys(child.attributes for child in node.children):
        attribute = next((name for name in attributes if name in group.groups), None)
        held = [child for child in node.children if child.attributes == attributes]
        if attribute is None:
            _join_stored_before(walk, held)
            continue
        used.add(attribute)
        holder = group.groups[attribute]
        if not held[0].listed:
            _without_moved(node, held[0], holder)
            _claim_group(walk, held[0], holder)
            continue
        keys = _keys_in_list(walk, node, held, holder)
        for child in held:
            if child in keys:
                _claim_group(walk, child, holder.groups[keys[child]])
    return used


def _without_moved(wrapper: Node, inside: Node, group: Group) -> None:
    """Take from the layer inside another package's wrapper the weights that the wrapper has, where they are missing."""
    moved = wrapper.foreign.moves if wrapper.foreign else ()
    left = tuple(kind for kind in weights_for(kinds_of(inside), inside.config) if kind.name not in moved)
    if moved and len(left) == len(own_arrays(group)):
        inside.weights = left


def _join_stored_before(walk: TreeWalk, held: list[Node]) -> None:
    """Note of layers that another one was given, and whose attribute has no group, where they were stored before.

    A layer that is stored here has a group, be it without arrays; what a class makes itself has a name of its kind.
    """
    for child in held:
        if child.entry:
            child.same_as = _met_before(walk, child)
            _join_inside(walk, child)


def _keys_in_list(walk: TreeWalk, node: Node, held: list[Node], holder: Group) -> dict[Node, str]:
    """The group of each sublayer in a list; one that was made from its group has that."""
    if node.from_config:
        return match_groups(walk, held, holder)
    keys = {group.path: key for key, group in holder.groups.items()}
    return {child: keys[child.group or ""] for child in held}


def _adopt(walk: TreeWalk, parent: Node, group: Group, used: set[str], *, in_container: bool = False) -> None:
    """Make layers of groups that neither config nor class accounts for: custom layers keep theirs under attributes."""
    left = [child for key, child in group.groups.items() if key not in used and has_arrays(child)]
    hints = serialised(parent) if parent.kind is None else {}
    layers = [*unfolded(left)]
    listed = {child.path: is_listed or in_container for child, is_listed in layers}
    taken = {child.name for child in parent.children}
    found = []
    for child in as_written(child for child, _ in layers):
        if is_optimizer(child):
            parent.optimizers.append(child.path)
            continue
        key, is_class = name_in_parent(child), listed[child.path]
        hint = None if is_class else hints.get(key) or hints.get(key.lstrip("_"))
        node = _layer_in(walk, parent, child, key, is_class=is_class) if hint is None else node_of(hint)
        _tell_apart(node, child, parent, taken)
        _claim_group(walk, node, child)
        found.append(node)
    # A container is written in the order of get_weights(); attributes are not, nor is what stands beside known layers.
    if found and (parent.children or (len(found) > 1 and not in_container)):
        parent.order_known = False
    parent.children += found
    if in_container and not parent.from_config and _hides_layers(group):
        parent.count_known = False


def _layer_in(walk: TreeWalk, parent: Node, group: Group, key: str, *, is_class: bool) -> Node:
    """The layer of a group that no config describes."""
    told = None
    if walk.is_of_library or parent.library:
        from kerasinspect.assembly.claiming.library import layer_of_library  # noqa: PLC0415 - as above

        told = layer_of_library(parent, group, key, is_class=is_class)
    return told or layer_of_group(group, key, is_class=is_class)


def _tell_apart(node: Node, group: Group, parent: Node, taken: set[str]) -> None:
    """Name a layer after its group, or its group's path in the parent, where the name that it claims is taken."""
    if node.name in taken and not node.from_config:
        below_parent = group.path.removeprefix(parent.group or "").lstrip("/")
        node.name = next((name for name in (name_in_parent(group), below_parent) if name not in taken), node.name)
    taken.add(node.name)


def _hides_layers(container: Group) -> bool:
    """Whether a container has a custom layer without arrays, whose Keras may not have stored the layers inside it."""
    return any(not has_arrays(group) and class_of_name(key) is None for key, group in container.groups.items())
