"""Layer: a layer of a model with its weights, its place in the graph, and the layers below it."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal, TypeAlias, TypeVar

from kerasinspect.late.dataclasses import dataclass
from kerasinspect.shown.representation import counted_thing, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Reversible
    from typing import Any

    from kerasinspect.model.weights import Weight
    from kerasinspect.remarks import Remark

_Tree = TypeVar("_Tree")

Shape: TypeAlias = "tuple[int | None, ...]"
"""One entry per axis; ``None`` where the size is open (the batch, a variable number of steps)."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokens that a preprocessing layer knows, by index."""

    tokens: tuple[str, ...]
    """The first thousand."""
    count: int
    """How many there are in all."""
    stored_path: str | None
    """The archive member, or the table of a checkpoint, that holds them; None where the config does."""
    sha256: str | None = None
    """Of all of them in UTF-8, one a line, without an end to the last line."""


UNKNOWN_CLASS: Literal["unknown class"] = "unknown class"
"""The class name of a layer whose class the file does not tell."""

ClassSource: TypeAlias = Literal["config", "code", "names and shapes"]
"""What tells a class: the config, the code of the package that the model is of, or names and shapes of arrays alone."""

LayerKind: TypeAlias = Literal["layer", "model", "wrapper", "cell", "operation", "input"]


def depth_first(top: _Tree, below: Callable[[_Tree], Reversible[_Tree]]) -> Iterator[_Tree]:
    """The top of a tree, then everything below it, each before what is below that; at any depth, without recursion."""
    stack = [top]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(reversed(below(node)))


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer, sublayer, nested model, recurrent cell or operation, with its own weights and sublayers."""

    name: str
    class_name: str
    path: str
    kind: LayerKind = "layer"
    weights: tuple[Weight, ...] = ()
    """Its own weights, in the order of ``get_weights()``; not those of its sublayers."""
    layers: tuple[Layer, ...] = ()
    built: bool | None = None
    """False where Keras has not created its weights yet; None where the file cannot tell."""
    trainable: bool | None = None
    activation: str | None = None
    weightless: bool = False
    """The class never has weights: Dropout, Flatten, InputLayer."""
    known: bool = True
    """The class is one of Keras's own."""
    class_from: ClassSource | None = None
    """What tells its class; None where nothing does."""
    package: str = ""
    """The package of its class, and the version that what is said of it was read from; empty for Keras's own."""
    dtype_policy: str | None = None
    input_shape: Shape | tuple[Shape, ...] | None = None
    output_shape: Shape | tuple[Shape, ...] | None = None
    inbound: tuple[str, ...] = ()
    """Paths of the layers that feed it, in order; several calls of a shared layer follow one another."""
    calls: int = 1
    """How often the model uses it: a shared layer has more than one."""
    also_at: tuple[str, ...] = ()
    """Other paths at which the same layer appears."""
    vocabulary: Vocabulary | None = None
    config: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The layer's own config as JSON, untrusted; a long list may be a ``Sequence`` that keeps its text."""
    remarks: tuple[Remark, ...] = ()
    stored_as: str | None = None
    """The name that the file has for it, where the config has another one: Keras goes by its place."""
    named: bool = True
    """False where its name is only that of its group: a weights file before Keras 3.6 does not tell the user's."""
    looked_up_at: str | None = None
    """The group in which Keras looks for its arrays, where the file has them, by its name, in another one."""

    def __repr__(self) -> str:
        """Its path, its class and how much it holds."""
        return one_line(self, self.path, self.class_name, *self._size)

    def walk(self) -> Iterator[Layer]:
        """The layer itself, then every layer below it, depth first."""
        return depth_first(self, lambda layer: layer.layers) if self.layers else iter((self,))

    @property
    def all_weights(self) -> tuple[Weight, ...]:
        """Its own weights, then those of its sublayers: an LSTM has its own in its cell."""
        return tuple(weight for layer in self.walk() for weight in layer.weights)

    @property
    def _size(self) -> tuple[str, str]:
        """How much it holds."""
        return counted_thing(self.parameters, "parameter"), counted_thing(len(self.all_weights), "array")

    @property
    def trains(self) -> bool | None:
        """Whether training changes any of its weights; one without weights, or not built, goes by its config.

        What Normalization has is computed before the training, though nobody froze it.
        """
        said = {weight.trainable for layer in self.walk() for weight in layer.weights} if self.trainable else set()
        return False if said == {False} else self.trainable

    @property
    def parameters(self) -> int:
        """Scalars in its own weights and those of its sublayers; a variable that lies in two of them counts once."""
        return sum(one.parameters for one in self.all_weights if not (one.same_as or "").startswith(f"{self.path}/"))
