"""Weight: one stored array of a layer, its name, what runs along its axes, and where its first values came from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.axes import fitted_axes
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.model.arrays import all_values
from kerasinspect.shown.labelled import labelled_array, labelled_frame
from kerasinspect.shown.representation import one_line, pictured

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import xarray as xr
    from numpy.typing import DTypeLike

    from kerasinspect.axes import Axis
    from kerasinspect.model.arrays import Array, Index
    from kerasinspect.remarks import Remark

Form: TypeAlias = Literal["uniform", "normal", "truncated normal", "orthogonal", "identity"]
"""What an initializer's values are: drawn evenly, from a normal distribution, whole or cut off at two of its standard
deviations, or entries of a random orthogonal matrix or of an identity."""


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
    form: Form | None = None
    """What the values were drawn from; None for constants and where nothing tells."""
    gain: float | None = None
    """What those of an orthogonal matrix or of an identity were multiplied by."""

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
    kept_aside: bool = False
    """Keras keeps and stores it for the layer, but not as one of its weights."""
    unpacked: Array | None = None
    """Quantized values as the integers they stand for (int4 is stored two to a byte)."""
    dequantized: Array | None = None
    """The values that the layer computes with, where quantization makes them others than the stored ones."""
    loaded_as: str | None = None
    """What Keras loads it as, where a legacy file lists it in the place of another weight."""
    unpacked_axes: tuple[Axis, ...] = ()
    """What runs along the axes of ``unpacked``; empty where nothing is packed."""

    def __repr__(self) -> str:
        """Its path, its shape and its dtype."""
        return one_line(self, self.path, str(self.shape), self.dtype)

    def _repr_html_(self) -> str:
        """What it is and pictures of its values, as a notebook shows them; reads a part of a large one."""
        return pictured("weight_html", self)

    def __getitem__(self, key: Index) -> np.ndarray:
        """The selected values as stored, read from the file as ``Array`` says; raises ClosedModel once it is closed."""
        return self.array[key]

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:  # noqa: FBT001 - as numpy calls it
        """All values as stored, as ``numpy.asarray`` asks for them; packed ones are still packed."""
        return all_values(self.array, dtype, copy=copy)

    def numbers(self, *, dequantize: bool = False) -> Array:
        """What its numbers stand for: packed integers one by one, or all as the layer computes with them."""
        quantized = self.dequantized if dequantize and self.dequantized is not None else self.unpacked
        return self.array if quantized is None else quantized

    def frame(self, *, dequantize: bool = False) -> pd.DataFrame:
        """Its ``numbers`` as a table of pandas, with labelled rows and columns.

        Rows are the positions along all axes but the last, columns those along the last; a single axis runs down one
        column. Raises MissingExtra where pandas is not installed.
        """
        array = self.numbers(dequantize=dequantize)
        axes = fitted_axes(self.value_axes, array.shape)
        return labelled_frame(partial(all_values, array, None, copy=True), axes, self.name)

    def xarray(self, *, dequantize: bool = False) -> xr.DataArray:
        """Its ``numbers`` as an array of xarray with named axes, a label for each position, and what else is known.

        Raises MissingExtra where xarray is not installed.
        """
        array = self.numbers(dequantize=dequantize)
        axes = fitted_axes(self.value_axes, array.shape)
        return labelled_array(partial(all_values, array, None, copy=True), axes, self.path, self._facts)

    @property
    def _facts(self) -> dict[str, object]:
        """What is known of it beside its values."""
        names = ("layer", "layer_class", "index", "stored_path", "trainable", "fan_in", "fan_out")
        initializer = None if self.initializer is None else self.initializer.title
        return {**{name: getattr(self, name) for name in names}, "initializer": initializer}

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
    def has_entry(self) -> bool:
        """Whether ``get_weights()`` has an entry of its own for it, be its position known or not."""
        return self.same_as is None and not self.kept_aside

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
        return f"{self.layer}/{self.name}" if self.layer else self.name
