"""The skeleton of a model: a node for each layer that the config names, before any array is claimed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kerasinspect.knowledge.layers import (
    LAYERS,
    LayerKind,
    Sublayer,
    WeightKind,
    flag_holds,
    is_registered_elsewhere,
    plain_class_name,
    snake_case,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from kerasinspect import model
    from kerasinspect.containers.stored import StoredArray

KERAS_MODULES = ("keras", "tf_keras", "keras_core", "tensorflow.keras", "tensorflow.python.keras", "tensorflow_core")
OPERATION_MODULES = ("keras.src.ops", "keras.ops")
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Claim:
    """An array that a layer owns, with what is known about it."""

    name: str
    array: StoredArray
    kind: WeightKind | None = None
    """None where the file does not tell what it is."""
    remark: str | None = None
    trainable: bool | None = None
    is_named: bool = True
    """False where its name is only its position in the layer."""
    is_keyed: bool = False
    """The file has it under a name of its own rather than under a number."""
    in_place_of: str | None = None
    """Path of the array in whose place a legacy file lists it: Keras loads by place."""
    loaded_as: str | None = None
    """What Keras loads it as, where that is another weight than its name says."""


@dataclass(slots=True, eq=False)
class Node:
    """A layer while it is being put together; becomes a ``Layer`` at the end."""

    name: str
    class_name: str
    config: Mapping[str, Any] = field(default_factory=dict)
    entry: Mapping[str, Any] = field(default_factory=dict)
    """The layer as the config lists it: class, module, config, inbound nodes."""
    kind: LayerKind | None = None
    """Its row of the layer table; None for a custom class."""
    role: model.LayerKind = "layer"
    children: list[Node] = field(default_factory=list)
    attributes: tuple[str, ...] = ()
    """The groups under its parent's that may hold it; empty for one of a model's layers."""
    listed: bool = False
    """It is one of a list that the attribute holds."""
    weights: tuple[WeightKind, ...] | None = None
    """Its weights where its parent knows better than its class."""
    claims: list[Claim] = field(default_factory=list)
    unstored: int = 0
    """Weights that ``get_weights()`` has and the file has not."""
    same_as: Node | None = None
    """The layer met earlier that this one is, where a model shares a layer."""
    frozen: bool = False
    """It or a layer around it is not trainable."""
    from_config: bool = True
    group: str | None = None
    """The group of the tree that holds it."""
    stored_as: str | None = None
    """The name that the file has for it, where the config has another one."""
    looked_up_at: str | None = None
    """The group in which Keras looks for it, where the file has it in another one."""
    optimizers: list[str] = field(default_factory=list)
    """The groups in it that hold optimizers where one looks for layers."""
    is_plain: bool = False
    """A model of which only the tree is known, taken for a Functional or Sequential one rather than for a subclass."""
    bears: bool = False
    """It or a layer inside it has arrays in the tree."""
    order_known: bool = True
    """Whether the order of its sublayers' weights in ``get_weights()`` is known."""
    own_order_known: bool = True
    """Whether that of its own is."""
    count_known: bool = True
    """Whether ``get_weights()`` has as many weights of it as the file has arrays."""

    def walk(self) -> Iterator[Node]:
        """The node itself, then every node below it, depth first."""
        stack = [self]
        while stack:
            node = stack.pop()
            yield node
            stack.extend(reversed(node.children))

    @property
    def is_model(self) -> bool:
        """It is a model that holds layers."""
        return self.role == "model"


@dataclass(frozen=True, slots=True)
class Met:
    """What is known while a tree is walked."""

    layers: dict[tuple[str, str], Node] = field(default_factory=dict)
    """Layers that have their arrays, by class and name: a shared layer is stored once and met again."""
    version: tuple[int, int] | None = None
    """Of the Keras that counted the groups."""


def as_mapping(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - any JSON
    """A JSON object, or an empty one where the value is something else."""
    return value if isinstance(value, dict) else NOTHING


def entries_of(value: Any) -> list[Mapping[str, Any]]:  # noqa: ANN401 - any JSON
    """Those items of a JSON list that look like serialised layers."""
    return [item for item in value if is_entry(item)] if isinstance(value, list) else []


def is_entry(value: Any) -> bool:  # noqa: ANN401 - any JSON
    """Whether a JSON value is a serialised layer: a class name with a config."""
    return isinstance(value, dict) and isinstance(value.get("class_name"), str) and "config" in value


def config_of(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """The config of a serialised layer; Keras before 2.2.3 has a bare list of layers for a Sequential."""
    config = entry.get("config")
    return {"layers": config} if isinstance(config, list) else as_mapping(config)


def text_at(mapping: Mapping[str, Any], key: str) -> str | None:
    """A text in a JSON object."""
    value = mapping.get(key)
    return value if isinstance(value, str) else None


def kind_of(entry: Mapping[str, Any], class_name: str) -> LayerKind | None:
    """The row of the layer table for a serialised layer; a custom class that borrows a built-in name has none.

    Keras writes the package under which a class was registered before its name, in one place or another.
    """
    module = text_at(entry, "module")
    if module and not is_inside(module, KERAS_MODULES):
        return None
    names = (text_at(entry, "registered_name"), text_at(entry, "class_name"))
    return None if any(is_registered_elsewhere(name) for name in names if name) else LAYERS.get(class_name)


def is_inside(module: str, packages: Iterable[str]) -> bool:
    """Whether a module is one of these packages or lies in one: ``keras_mine`` is not in ``keras``."""
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def is_operation(entry: Mapping[str, Any]) -> bool:
    """Whether an entry is a function call that Keras 3 lists among the layers: only its module tells."""
    return is_inside(text_at(entry, "module") or "", OPERATION_MODULES)


def node_of(entry: Mapping[str, Any], *, frozen: bool = False) -> Node:
    """The node of a serialised layer, with nodes for everything inside it."""
    class_name = plain_class_name(text_at(entry, "class_name") or "")
    config = config_of(entry)
    name = text_at(config, "name") or text_at(entry, "name") or snake_case(class_name) or "layer"
    frozen = frozen or config.get("trainable") is False
    node = Node(name, class_name, config, entry, kind_of(entry, class_name), frozen=frozen)
    if is_operation(entry):
        node.role, node.kind = "operation", LAYERS["TFOpLambda"]
        return node
    if (node.kind is None or node.kind.is_model) and isinstance(config.get("layers"), list):
        node.role = "model"
        node.children = [node_of(item, frozen=frozen) for item in entries_of(config["layers"])]
    elif node.kind:
        node.role = role_of(node.kind)
        node.children = [child for part in node.kind.sublayers for child in sublayer_nodes(node, part)]
    return node


def is_named(node: Node) -> bool:
    """Whether the config says the layer's name."""
    return bool(text_at(node.config, "name") or text_at(node.entry, "name"))


def role_of(kind: LayerKind) -> model.LayerKind:
    """What a layer is to the model: a cell, a wrapper, an input, or a plain layer."""
    if kind.class_name == "InputLayer":
        return "input"
    if kind.is_cell:
        return "cell"
    return "wrapper" if any(part.config_key == "layer" for part in kind.sublayers) else "layer"


def sublayer_nodes(parent: Node, part: Sublayer) -> Iterator[Node]:
    """The nodes of one sublayer, or of each layer in a list of them."""
    if not all(flag_holds(flag, parent.config) for flag in part.flags):
        return
    if not part.config_key:
        yield computed_node(parent, part)
        return
    value = parent.config.get(part.config_key) or parent.config.get(part.older_config_key)
    for entry in entries_of(value if isinstance(value, list) else [value]):
        child = node_of(entry, frozen=parent.frozen)
        if not keeps_name(parent, part):
            # One config may describe both directions; Keras 1 has given it the forward layer's name by then.
            child.name = part.name.format(child.name.removeprefix("forward_").removeprefix(part.name.format("")))
        child.attributes, child.listed = part.attributes, part.listed or isinstance(value, list)
        yield child


def keeps_name(parent: Node, part: Sublayer) -> bool:
    """Whether a sublayer is called what its own config says, rather than with the parent's prefix.

    Only a backward layer of its own is, in Keras 3, which writes the forward layer's prefix into the config.
    """
    if not part.name or not part.older_config_key or not parent.config.get(part.config_key):
        return not part.name
    forward = config_of(as_mapping(parent.config.get(part.older_config_key)))
    return (text_at(forward, "name") or "").startswith("forward_")


def computed_node(parent: Node, part: Sublayer) -> Node:
    """A sublayer that its parent makes from its own config: a recurrent cell, a projection of an attention layer."""
    config = {**parent.config, "name": part.name, "equation": part.equation} if part.equation else parent.config
    kind = LAYERS[part.class_name]
    return Node(
        part.name,
        part.class_name,
        config,
        kind=kind,
        role="cell" if kind.is_cell else "layer",
        attributes=part.attributes,
        weights=part.weights,
        frozen=parent.frozen,
    )


def root_of(config: Mapping[str, Any] | None) -> Node | None:
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
        if not isinstance(listed, list):
            yield f"The config of the {node.class_name} {node.name} does not list its layers."
        elif lost := len(listed) - len(entries_of(listed)):
            yield f"The config of the {node.class_name} {node.name} lists {lost} of {len(listed)} layers that are none."


def count_layers(config: Mapping[str, Any] | None) -> int:
    """How many layers a config asks for, in models and wrappers at any depth.

    What is inside a layer that stands for both directions counts twice, so that no node is made before all are counted.
    """
    count = 0
    pending: list[tuple[Any, int, str]] = [(config, 1, "")]
    while pending:
        value, times, twice = pending.pop()
        if isinstance(value, list):
            pending += [(inner, times, "") for inner in value if isinstance(inner, (dict, list))]
        elif isinstance(value, dict):
            doubled = for_both_directions(value) if "class_name" in value else ""
            for key, inner in value.items():
                if not isinstance(inner, (dict, list)):
                    continue
                often = 2 * times if key == twice else times
                if key == "layers":
                    count += often * len(entries_of(inner))
                elif key == "layer" and isinstance(inner, dict):
                    count += often
                pending.append((inner, often, doubled if key == "config" else ""))
    return count


def for_both_directions(entry: Mapping[str, Any]) -> str:
    """The key of a layer's config under which one description stands for two sublayers."""
    kind = LAYERS.get(plain_class_name(text_at(entry, "class_name") or ""))
    config = as_mapping(entry.get("config"))
    keys = ((part.config_key, part.older_config_key) for part in (kind.sublayers if kind else ()))
    return next((older for key, older in keys if older and not config.get(key)), "")
