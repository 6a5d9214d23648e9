"""The skeleton of a model: a node for each layer that the config names, before any array is claimed."""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING

from kerasinspect.assembly.nodes import Node
from kerasinspect.json_values import JSON_LISTS
from kerasinspect.knowledge.layers import LAYERS, OPERATION
from kerasinspect.knowledge.naming import is_registered_elsewhere, plain_class_name, snake_case
from kerasinspect.knowledge.serialized import as_mapping, config_of, entries_of, text_at

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect import model
    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.knowledge.kinds import LayerSpec, Sublayer

_KERAS_MODULES = ("keras", "tf_keras", "keras_core", "tensorflow.keras", "tensorflow.python.keras", "tensorflow_core")
_OPERATION_MODULES = ("keras.src.ops", "keras.ops")
_MOST_REMEMBERED = 64
"""Modules that are looked at no more than once: a config names few, and each of them for every layer."""
_HOLDERS = frozenset({dict, list})
"""What JSON has values in: most values of a config are in neither, and to ask for exactly these takes half the time."""


def _spec_of(entry: JsonObject, class_name: str) -> LayerSpec | None:
    """The row of the layer table for a serialised layer; a custom class that borrows a built-in name has none.

    Keras writes the package under which a class was registered before its name, in one place or another.
    """
    module = text_at(entry, "module")
    if module and not _is_inside(module, _KERAS_MODULES):
        return None
    names = (text_at(entry, "registered_name"), text_at(entry, "class_name"))
    return None if any(is_registered_elsewhere(name) for name in names if name) else LAYERS.get(class_name)


@lru_cache(_MOST_REMEMBERED)
def _is_inside(module: str, packages: tuple[str, ...]) -> bool:
    """Whether a module is one of these packages or lies in one: ``keras_mine`` is not in ``keras``."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def _is_operation(entry: JsonObject) -> bool:
    """Whether an entry is a function call that Keras 3 lists among the layers: only its module tells."""
    return _is_inside(text_at(entry, "module") or "", _OPERATION_MODULES)


def node_of(entry: JsonObject, *, frozen: bool = False) -> Node:
    """The node of a serialised layer, with nodes for everything inside it."""
    class_name = plain_class_name(text_at(entry, "class_name") or "")
    config = config_of(entry)
    name = text_at(config, "name") or text_at(entry, "name") or snake_case(class_name) or "layer"
    frozen = frozen or config.get("trainable") is False
    node = Node(name, class_name, config, entry, _spec_of(entry, class_name), frozen=frozen)
    if _is_operation(entry):
        node.role, node.kind = "operation", OPERATION
        return node
    if node.kind is None:
        node.foreign = _foreign_row(entry, class_name, config)
    if node.foreign is not None:
        node.package = node.foreign.package
        node.role = role_of(node.foreign)
        node.children = [child for part in node.foreign.sublayers for child in sublayer_nodes(node, part)]
    elif (node.kind is None or node.kind.is_model) and isinstance(config.get("layers"), list):
        node.role = "model"
        node.children = [node_of(item, frozen=frozen) for item in entries_of(config["layers"])]
    elif node.kind:
        node.role = role_of(node.kind)
        node.children = [child for part in node.kind.sublayers for child in sublayer_nodes(node, part)]
    return node


def _foreign_row(entry: JsonObject, class_name: str, config: JsonObject) -> LayerSpec | None:
    """The row of a class of another package; Keras's own modules have none."""
    module, named = text_at(entry, "module") or "", text_at(entry, "class_name") or ""
    registered = text_at(entry, "registered_name") or ""
    if _is_inside(module, _KERAS_MODULES):
        return None
    from kerasinspect.knowledge.layers.third_party import third_party_row  # noqa: PLC0415 - few models have such

    return third_party_row(class_name, module, registered if ">" in registered else named, config)


def is_named(node: Node) -> bool:
    """Whether the config says the layer's name."""
    return bool(text_at(node.config, "name") or text_at(node.entry, "name"))


def role_of(kind: LayerSpec) -> model.LayerKind:
    """What a layer is to the model: a cell, a wrapper, an input, or a plain layer."""
    if kind.is_input:
        return "input"
    if kind.is_cell:
        return "cell"
    return "wrapper" if any(part.config_key == "layer" for part in kind.sublayers) else "layer"


def sublayer_nodes(parent: Node, part: Sublayer) -> Iterator[Node]:
    """The nodes of one sublayer, or of each layer in a list of them."""
    if not all(flag.holds(parent.config) for flag in part.flags):
        return
    if not part.config_key:
        yield _computed_node(parent, part)
        return
    value = parent.config.get(part.config_key) or parent.config.get(part.older_config_key)
    for entry in entries_of(value if isinstance(value, list) else [value]):
        child = node_of(entry, frozen=parent.frozen)
        if not _keeps_name(parent, part):
            # One config may describe both directions; Keras 1 has given it the forward layer's name by then.
            child.name = part.name.format(child.name.removeprefix("forward_").removeprefix(part.name.format("")))
        child.attributes, child.listed = part.attributes, part.listed or isinstance(value, list)
        yield child


def _keeps_name(parent: Node, part: Sublayer) -> bool:
    """Whether a sublayer is called what its own config says, rather than with the parent's prefix.

    Only a backward layer of its own is, in Keras 3, which writes the forward layer's prefix into the config.
    """
    if not part.name or not part.older_config_key or not parent.config.get(part.config_key):
        return not part.name
    forward = config_of(as_mapping(parent.config.get(part.older_config_key)))
    return (text_at(forward, "name") or "").startswith("forward_")


def _computed_node(parent: Node, part: Sublayer) -> Node:
    """A sublayer that its parent makes from its own config: a recurrent cell, a projection of an attention layer."""
    config = {**parent.config, "name": part.name, "equation": part.equation} if part.equation else parent.config
    kind = LAYERS.get(part.class_name)
    return Node(
        part.name,
        part.class_name,
        config,
        kind=kind,
        role="cell" if kind is None or kind.is_cell else "layer",
        package=parent.package,
        attributes=part.attributes,
        weights=part.weights,
        frozen=parent.frozen,
    )


def root_of(config: JsonObject | None) -> Node | None:
    """The node of the whole model from its config; None where there is none."""
    if config is None:
        return None
    node = node_of(config)
    if node.role == "layer" and (node.kind is None or node.kind.is_model):
        node.role = "model"
    return node


def undescribed(root: Node) -> Iterator[str]:
    """A sentence for each model whose config does not describe its layers, as that of every Keras does."""
    for node in root.walk():
        if node.kind is None or not node.kind.is_model or node.same_as is not None or not node.from_config:
            continue
        listed = node.config.get("layers")
        if not isinstance(listed, JSON_LISTS):
            yield f"The config of the {node.class_name} {node.name} does not list its layers."
        elif lost := len(listed) - len(entries_of(listed)):
            yield f"The config of the {node.class_name} {node.name} lists {lost} of {len(listed)} layers that are none."


def count_layers(config: JsonObject | None) -> int:
    """How many layers a config asks for, in models and wrappers at any depth.

    What is inside a layer that stands for both directions counts twice, so that no node is made before all are counted.
    """
    count = 0
    pending: list[tuple[Json | JsonObject, int, str]] = [(config, 1, "")]
    while pending:
        value, times, twice = pending.pop()
        if isinstance(value, list):
            pending += [(inner, times, "") for inner in value if type(inner) in _HOLDERS and inner]
        elif isinstance(value, dict):
            doubled = _for_both_directions(value) if "class_name" in value else ""
            for key, inner in value.items():
                if type(inner) not in _HOLDERS or not inner:
                    continue
                often = 2 * times if key == twice else times
                if key == "layers":
                    count += often * len(entries_of(inner))
                elif key == "layer" and isinstance(inner, dict):
                    count += often
                pending.append((inner, often, doubled if key == "config" else ""))
    return count


def _for_both_directions(entry: JsonObject) -> str:
    """The key of a layer's config under which one description stands for two sublayers."""
    keys = _keys_by_class().get(plain_class_name(text_at(entry, "class_name") or ""))
    if keys is None:
        return ""
    config = as_mapping(entry.get("config"))
    return next((older for key, older in keys if not config.get(key)), "")


@cache
def _keys_by_class() -> Mapping[str, Sequence[tuple[str, str]]]:
    """The keys of two sublayers that one description may stand for, where a class has such."""
    keys = {
        name: [(part.config_key, part.older_config_key) for part in kind.sublayers if part.older_config_key]
        for name, kind in LAYERS.items()
    }
    return {name: pairs for name, pairs in keys.items() if pairs}
