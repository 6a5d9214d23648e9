"""Layers while they are put together, and the arrays that they claim."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from kerasinspect.late.dataclasses import dataclass
from kerasinspect.model import depth_first

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect import model
    from kerasinspect.containers.stored import StoredArray
    from kerasinspect.json_values import JsonObject
    from kerasinspect.knowledge.hub.table import HubLayer
    from kerasinspect.knowledge.kinds import LayerSpec, WeightSpec
    from kerasinspect.remarks import Remark


@dataclass(frozen=True, slots=True, eq=False)
class Claim:
    """An array that a layer owns, with what is known about it; hashed by identity, as a node is."""

    name: str
    array: StoredArray
    kind: WeightSpec | None = None
    """None where the file does not tell what it is."""
    remark: Remark | None = None
    trainable: bool | None = None
    is_named: bool = True
    """False where its name is only its position in the layer."""
    is_keyed: bool = False
    """The file has it under a name of its own rather than under a number."""
    in_place_of: str | None = None
    """Path of the array in whose place a legacy file lists it: Keras loads by place."""
    loaded_as: str | None = None
    """What Keras loads it as, where that is another weight than its name says."""
    trains: bool | None = None
    """Whether training changes it, where the file lists it so; ``trainable`` is how its variable was made."""


@dataclass(slots=True, eq=False)
class Node:
    """A layer while it is being put together, hashed by identity; becomes a ``Layer`` at the end."""

    name: str
    class_name: str
    config: JsonObject = field(default_factory=dict)
    entry: JsonObject = field(default_factory=dict)
    """The layer as the config lists it: class, module, config, inbound nodes."""
    kind: LayerSpec | None = None
    """Its row of the layer table; None for a custom class."""
    role: model.LayerKind = "layer"
    children: list[Node] = field(default_factory=list)
    attributes: tuple[str, ...] = ()
    """The groups under its parent's that may hold it; empty for one of a model's layers."""
    listed: bool = False
    """It is one of a list that the attribute holds."""
    weights: tuple[WeightSpec, ...] | None = None
    """Its weights where its parent knows better than its class."""
    claims: list[Claim] = field(default_factory=list)
    unstored: int = 0
    """Weights that ``get_weights()`` has and the file has not."""
    same_as: Node | None = None
    """The layer met earlier that this one is, where a model shares a layer."""
    frozen: bool = False
    """It or a layer around it is not trainable."""
    from_config: bool = True
    named: bool = True
    """False where its name is only that of its group."""
    group: str | None = None
    """The group of the tree that holds it."""
    table: str | None = None
    """The key of the table in a checkpoint that holds its vocabulary."""
    stored_as: str | None = None
    """The name that the file has for it, where the config has another one."""
    looked_up_at: str | None = None
    """The group in which Keras looks for it, where the file has it in another one."""
    optimizers: list[str] = field(default_factory=list)
    """The groups in it that hold optimizers where one looks for layers."""
    lora_ranks: list[str] = field(default_factory=list)
    """Paths of arrays in its group that hold the rank of LoRA factors, and so are no weights."""
    library: tuple[HubLayer, ...] = ()
    """What the code of keras-hub says of its class, which several of its modules may have."""
    is_told_by_code: bool = False
    """Its class follows from the code of keras-hub."""
    foreign: LayerSpec | None = None
    """Its row of the table of other people's layers; what has one has no ``kind``."""
    package: str = ""
    """The package, and its version, that its class is of and that its row was read from; empty for Keras's own."""
    is_plain: bool = False
    """A model or a layer without a config, taken for one of Keras's own rather than for a subclass."""
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
        return depth_first(self, lambda node: node.children) if self.children else iter((self,))

    @property
    def is_model(self) -> bool:
        """Whether it is a model that holds layers."""
        return self.role == "model"


def parents_of(model: Node) -> dict[Node, Node]:
    """The node right around each node inside a model."""
    return {child: node for node in model.walk() for child in node.children}
