"""Model, Layer, Weight: what a saved Keras model holds, in Keras's own words.

Nothing here knows how a file is laid out or what a class means; ``kerasinspect.opening`` fills these in.
All of it is immutable. Values stay in the file until they are asked for through ``Weight.array``.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Reversible
    from types import EllipsisType, TracebackType
    from typing import Any, Self

    import numpy as np

    from kerasinspect.axes import Axis
    from kerasinspect.remarks import Remark

_Tree = TypeVar("_Tree")

Shape: TypeAlias = "tuple[int | None, ...]"
"""One entry per axis; ``None`` where the size is open (the batch, a variable number of steps)."""

_Step: TypeAlias = "int | np.integer | slice | EllipsisType"
Index: TypeAlias = "_Step | tuple[_Step, ...]"
"""An index of numpy's basic indexing."""

FormatName: TypeAlias = Literal[
    "keras-archive",
    "keras-weights",
    "keras-weights-sharded",
    "legacy-hdf5",
    "legacy-hdf5-weights",
]
"""How a file is laid out, found from its content."""

_LEGACY_FORMATS: frozenset[FormatName] = frozenset({"legacy-hdf5", "legacy-hdf5-weights"})


class Array(Protocol):
    """Numbers in a file: shape and dtype are known, values are read when asked for."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Sizes of all axes; ``()`` for a scalar."""

    @property
    def dtype(self) -> str:
        """Keras's word for the dtype as stored: float32, bfloat16, float8_e4m3fn, int8, ..."""

    @property
    def nbytes(self) -> int:
        """Bytes that the values take in the file's own dtype."""

    def __getitem__(self, key: Index) -> np.ndarray:
        """The selected values, read from the file: integers, slices and ``...`` as in numpy.

        Dtypes that numpy lacks (bfloat16, float8) arrive as float32, exactly.
        Raises DamagedFile where the bytes are missing or cannot be inflated.
        """

    def blocks(self, size: int = ...) -> Iterator[bytes | memoryview]:
        """All bytes, little-endian in C order, in pieces of about ``size`` bytes."""


@dataclass(frozen=True, slots=True)
class Initializer:
    """Where a weight's first numbers came from, and what they looked like."""

    name: str
    """Keras's name: glorot_uniform, orthogonal, zeros ..."""
    limit: float | None = None
    """Values were drawn evenly from -limit to +limit (around ``mean``)."""
    stddev: float | None = None
    """Standard deviation of the first values."""
    mean: float = 0.0
    constant: float | None = None
    """Every value started as this number."""
    default: bool = False
    """The config does not say; this is the class's default."""
    forget_gate: bool = False
    """The block of the forget gate started at one, whatever the others did: the bias of an LSTM."""

    @property
    def title(self) -> str:
        """The name with what is said of a forget gate: ``zeros, forget gate ones``."""
        return f"{self.name}, forget gate ones" if self.forget_gate else self.name


@dataclass(frozen=True, slots=True)
class Weight:
    """One stored array of a layer."""

    name: str
    """Keras's current word (kernel, bias, gamma, moving_mean); ``weight 1 of MyLayer`` where nothing tells it."""
    layer: str
    """Path of the layer in the user's names: ``inner/dense_1``."""
    layer_class: str
    index: int | None
    """Position in ``model.get_weights()``; None where the file cannot tell it."""
    stored_path: str
    """Where the array lies in the file."""
    array: Array
    axes: tuple[Axis, ...]
    trainable: bool | None = None
    fan_in: int | None = None
    fan_out: int | None = None
    """True connectivity: inputs that each output unit sums over, output units that each input feeds."""
    keras_fan_in: int | None = None
    keras_fan_out: int | None = None
    """What ``keras.initializers`` computed for the same array, where that is another number."""
    initializer: Initializer | None = None
    named: bool = True
    """False where the name is only a position: a custom layer's own weight in a file without names."""
    remark: Remark | None = None
    """What is odd about this array: a shape against the config, a link that was not followed."""
    same_as: str | None = None
    """Path of the weight whose variable this is, stored a second time; ``get_weights()`` has the variable once."""
    unpacked: Array | None = None
    """Quantized values as the integers they stand for (int4 is stored two to a byte)."""
    dequantized: Array | None = None
    """The values that the layer computes with, where quantization makes them others than the stored ones."""
    loaded_as: str | None = None
    """What Keras loads it as, where a legacy file lists it in the place of another weight."""
    unpacked_axes: tuple[Axis, ...] = ()
    """What runs along the axes of ``unpacked``; empty where nothing is packed."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape as stored."""
        return self.array.shape

    @property
    def dtype(self) -> str:
        """Dtype as stored, in Keras's word."""
        return self.array.dtype

    @property
    def value_axes(self) -> tuple[Axis, ...]:
        """What runs along the axes of its values, once they are unpacked."""
        return self.unpacked_axes or self.axes

    @property
    def is_packed(self) -> bool:
        """Whether its stored numbers are no values: several share a byte, or they are counted from a zero point."""
        return self.unpacked is not None or self.dtype == "uint8"

    @property
    def parameters(self) -> int:
        """Number of scalars."""
        count = 1
        for size in self.array.shape:
            count *= size
        return count

    @property
    def path(self) -> str:
        """Layer path and name: ``inner/dense_1/kernel``."""
        return f"{self.layer}/{self.name}"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokens that a preprocessing layer knows, by index."""

    tokens: tuple[str, ...]
    """The first thousand."""
    count: int
    """How many there are in all."""
    stored_path: str | None
    """The archive member that holds them; None where the config does."""


UNKNOWN_CLASS: Literal["unknown class"] = "unknown class"
"""The class name of a layer whose class the file does not tell."""

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
    """The layer's own config as JSON, untrusted."""
    remarks: tuple[Remark, ...] = ()
    stored_as: str | None = None
    """The name that the file has for it, where the config has another one: Keras goes by its place."""
    named: bool = True
    """False where its name is only that of its group: a weights file before Keras 3.6 does not tell the user's."""
    looked_up_at: str | None = None
    """The group in which Keras looks for its arrays, where the file has them, by its name, in another one."""

    def walk(self) -> Iterator[Layer]:
        """The layer itself, then every layer below it, depth first."""
        return depth_first(self, lambda layer: layer.layers)

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
        weights = (weight for layer in self.walk() for weight in layer.weights)
        return sum(one.parameters for one in weights if not (one.same_as or "").startswith(f"{self.path}/"))


ExtraKind: TypeAlias = Literal["optimizer", "seed", "metric", "unclaimed"]


@dataclass(frozen=True, slots=True)
class Extra:
    """A stored array that is no layer's weight: optimizer state, a metric, or one that nothing claims."""

    kind: ExtraKind
    name: str
    stored_path: str
    array: Array
    weight: str | None = None
    """Path of the weight that an optimizer slot belongs to, where the file tells it."""
    remark: Remark | None = None


VERIFIED_AT_ONCE = 1 << 20
"""Bytes of weights of which the checksum is verified whatever is read of them: it takes less than a millisecond."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """The checksum that a file has of the bytes of its weights."""

    nbytes: int
    """Bytes that are still to be read for it; 0 where opening the file read them all."""
    verify: Callable[[], None] = field(repr=False)
    """Reads them; raises DamagedFile where the file has another checksum of them."""

    def then(self, inner: Checksum | None) -> Checksum:
        """A checksum that verifies this one, and then the one that the bytes have of what is inside them."""
        if inner is None:
            return self

        def verify() -> None:
            """Verify one after the other."""
            self.verify()
            inner.verify()

        return Checksum(self.nbytes + inner.nbytes, verify)


@dataclass(frozen=True, slots=True)
class Model:
    """What one saved model holds. A context manager: leaving it closes the file."""

    name: str | None
    class_name: str | None
    location: str
    format: FormatName
    layers: tuple[Layer, ...]
    weights: tuple[Weight, ...]
    """Every stored weight, in the order of ``model.get_weights()`` in the Keras that saved the file."""
    extras: tuple[Extra, ...] = ()
    own_weights: tuple[Weight, ...] = ()
    """Those of ``weights`` that the model itself owns, rather than one of its layers."""
    keras_version: str | None = None
    backend: str | None = None
    saved_at: str | None = None
    """ISO 8601, as the file says it."""
    config: Mapping[str, Any] | None = field(default=None, repr=False)
    """The whole config as JSON, untrusted; None in a weights-only file."""
    training_config: Mapping[str, Any] | None = field(default=None, repr=False)
    remarks: tuple[Remark, ...] = ()
    """What is odd about the file as a whole: said on stderr by ``show``."""
    damage: tuple[str, ...] = ()
    """Parts that could not be read. The rest is right, but the answer is partial: exit status 3."""
    checksum: Checksum | None = None
    """None where the file has none: legacy files, weights files, shards, and folders with one of these."""
    close: Callable[[], None] = field(default=lambda: None, repr=False)

    def __enter__(self) -> Self:
        """Give the model itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self.close()

    @property
    def is_legacy(self) -> bool:
        """Whether its file is legacy HDF5, which lists layers and weights by name."""
        return self.format in _LEGACY_FORMATS

    def walk(self) -> Iterator[Layer]:
        """Every layer at every depth, in order."""
        for layer in self.layers:
            yield from layer.walk()

    @property
    def parameters(self) -> int:
        """Scalars in all weights, those of a variable that is stored twice once; optimizer state does not count."""
        return sum(weight.parameters for weight in self.weights if weight.same_as is None)

    @property
    def nbytes(self) -> int:
        """Bytes of all weights; optimizer state does not count."""
        return sum(weight.array.nbytes for weight in self.weights)
