"""Layers of keras-hub, whose classes follow from its code: by the attribute that holds them and by what they hold.

A file of keras-hub has the names of attributes and the layers that hold nothing, too. A class counts where all that
lies in its group can be what its code gives it, and no other class of the table could be meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.assembly.claiming.choosing import fits_arrays
from kerasinspect.assembly.claiming.matching import VARS, has_arrays, own_arrays, user_name
from kerasinspect.assembly.claiming.recognising import fits_class
from kerasinspect.assembly.nodes import Node
from kerasinspect.assembly.skeleton import role_of
from kerasinspect.formats.weights_file import CONTAINERS
from kerasinspect.knowledge.hub import table
from kerasinspect.knowledge.layers import LAYERS, class_of_name
from kerasinspect.knowledge.naming import snake_case, unnumbered
from kerasinspect.knowledge.serialized import text_at
from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kerasinspect.containers.stored import Group, StoredArray
    from kerasinspect.knowledge.hub.table import HeldLayer, HubLayer
    from kerasinspect.knowledge.kinds import WeightSpec

_TELLING = 3
"""Attributes with layers that tell a class of keras-hub where nothing else says that a file is of keras-hub."""


def is_of_library(root: Node | None, tree: Group) -> bool:
    """Whether a file is of keras-hub: its config says so, the name of the whole, or what a layer in it holds."""
    if root is not None and root.from_config:
        return _is_registered(root)
    if _options_named(user_name(tree) or ""):
        return True
    containers = (tree.groups[name] for name in CONTAINERS if name in tree.groups)
    return any(_is_telling(key, group) for held in containers for key, group in held.groups.items())


def _is_registered(node: Node) -> bool:
    """Whether a config says that a class is keras-hub's, and the table has it."""
    module = (text_at(node.entry, "module") or "").partition(".")[0]
    package = (text_at(node.entry, "registered_name") or "").partition(">")[0]
    return table.MODULE in {module, package} and bool(table.rows_of(node.class_name))


def _is_telling(key: str, group: Group) -> bool:
    """Whether a group can only be that of a layer of keras-hub."""
    held = {name for name in group.groups if name != VARS}
    options = [option for option in _options_named(unnumbered(key)) if held <= table.held_at(option).parts.keys()]
    return len(held) >= _TELLING and any(_fits(option, group) for option in options)


def describe(node: Node, group: Group) -> None:
    """Note what keras-hub's code says of a layer that a config or a group names, where all in its group fits."""
    if node.library or node.kind is not None:
        return
    if node.from_config and not _is_registered(node):
        return
    name = node.class_name or user_name(group) or ""
    options = _options_named(snake_case(name)) if not node.from_config else _options_of(name)
    fitting = [option for option in options if _fits(option, group)]
    if fitting:
        _become(node, fitting, group)


def layer_of_library(parent: Node, group: Group, key: str, *, is_class: bool) -> Node | None:
    """The layer that a group inside a layer or a model of keras-hub holds; None where its code does not tell."""
    fitting = [option for option in _options(parent, key, is_class=is_class) if _fits(option, group)]
    if len({option.class_name for option in fitting}) > 1:
        fitting = [option for option in fitting if _has_all_parts(option, group)]
    if len({option.class_name for option in fitting}) != 1:
        return None
    name = user_name(group)
    node = Node(name or key, fitting[0].class_name, from_config=False, named=name is not None, group=group.path)
    _become(node, fitting, group)
    return node


def _become(node: Node, fitting: Sequence[HeldLayer], group: Group) -> None:
    """Make a node a layer of a class: one of Keras, one of keras-hub, or one that extends a class of Keras."""
    node.class_name, node.is_told_by_code = fitting[0].class_name, True
    ours = [table.held_at(option) for option in fitting if not option.is_keras]
    if not ours:
        node.kind = LAYERS[node.class_name]
        node.config = {**fitting[0].config} if all(option.config == fitting[0].config for option in fitting) else {}
    else:
        node.library, node.package = tuple(ours), table.package()
        base = LAYERS.get(ours[0].base)
        if base is not None and not base.is_model:
            node.kind = replace(base, class_name=node.class_name, package=node.package)
        arrays = [array for _, array in own_arrays(group)]
        kinds = [_kinds_for(row, arrays) for row in ours]
        node.weights = kinds[0] if all(one == kinds[0] for one in kinds) else None
    if any(container in group.groups for container in CONTAINERS):
        node.role, node.is_plain = "model", not ours
    elif node.kind is not None:
        node.role = role_of(node.kind)


def _kinds_for(row: HubLayer, arrays: Sequence[StoredArray]) -> tuple[WeightSpec, ...]:
    """The weights of a layer with such arrays, as one had that was made; else all that its class may own."""
    seen = {tuple(kind.name for kind in kinds): kinds for kinds in row.seen if fits_arrays(kinds, arrays)}
    base = {kind.name: kind for kind in LAYERS[row.base].weights} if row.base in LAYERS else {}
    return tuple(base.get(kind.name, kind) for kind in next(iter(seen.values()))) if len(seen) == 1 else _own_kinds(row)


def _own_kinds(row: HubLayer) -> tuple[WeightSpec, ...]:
    """All weights that a class of keras-hub may own, those of the class that it extends among them."""
    base = LAYERS.get(row.base)
    known = {kind.name for kind in row.weights}
    inherited = tuple(kind for kind in base.weights if kind.name not in known) if base else ()
    return (*inherited, *row.weights)


def _options(parent: Node, key: str, *, is_class: bool) -> list[HeldLayer]:
    """What a group may hold, by its name: its class, or the attribute of the layer around it."""
    if not is_class:
        held = [option for row in parent.library for option in row.parts.get(key, ())]
        return [option for place, option in enumerate(held) if option not in held[:place]]
    stems = {key, unnumbered(key)}
    options = [option for stem in stems for option in _options_named(stem)]
    keras = next((name for stem in stems if (name := class_of_name(stem))), None)
    used = {(one.class_name, one.variant): one for row in parent.library for held in row.parts.values() for one in held}
    told = [option for option in used.values() if snake_case(option.class_name) in stems]
    if told:
        return told
    return [*options, *([_keras_layer(keras)] if keras else [])]


def _keras_layer(class_name: str) -> HeldLayer:
    """A layer of Keras itself, of which nothing else is told."""
    return table.HeldLayer(class_name, -1, {})


def _options_named(stem: str) -> tuple[HeldLayer, ...]:
    """The layers of keras-hub that a name stands for."""
    return table.layers_named(stem) or table.layers_named(unnumbered(stem))


def _options_of(class_name: str) -> Iterable[HeldLayer]:
    """The layers of keras-hub of a class name."""
    return [table.HeldLayer(class_name, place, {}) for place in range(len(table.rows_of(class_name)))]


def _has_all_parts(option: HeldLayer, group: Group) -> bool:
    """Whether a group has all that a class of keras-hub may hold: layers without arrays are stored, too."""
    return not option.is_keras and table.held_at(option).parts.keys() == {key for key in group.groups if key != VARS}


def _fits(option: HeldLayer, group: Group) -> bool:
    """Whether all that lies in a group can be what the class has."""
    if option.is_keras:
        return option.class_name in LAYERS and fits_class(option.class_name, group)
    row = table.held_at(option)
    held = {key for key, child in group.groups.items() if key != VARS and has_arrays(child)}
    base = LAYERS.get(row.base)
    known = {*row.parts, *CONTAINERS}
    known |= {name for part in base.sublayers for name in part.attributes} if base else set()
    count = len(own_arrays(group))
    return held <= known and count <= max(len(_own_kinds(row)), *map(len, row.seen), 0)
