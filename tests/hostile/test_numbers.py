"""Numbers in unusual layouts are read as libhdf5 reads them, or not at all: never as other numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest

from kerasinspect import open_model
from kerasinspect.errors import UnreadableFile
from tests.makers.plain_models import kernel, legacy_tree

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def floating(base: h5py.h5t.TypeID, fields: tuple[int, ...], bias: int) -> h5py.h5t.TypeID:
    """A float whose sign, exponent and mantissa lie elsewhere."""
    made = base.copy()
    made.set_fields(*fields)
    made.set_ebias(bias)
    return made


def integer(base: h5py.h5t.TypeID, precision: int, offset: int) -> h5py.h5t.TypeID:
    """An integer that takes only some of its bits."""
    made = base.copy()
    made.set_precision(precision)
    made.set_offset(offset)
    return made


TYPES: dict[str, Callable[[], h5py.h5t.TypeID]] = {
    "float32": lambda: h5py.h5t.IEEE_F32LE,
    "float32, big-endian": lambda: h5py.h5t.IEEE_F32BE,
    "float16": lambda: h5py.h5t.IEEE_F16LE,
    "float64": lambda: h5py.h5t.IEEE_F64BE,
    "bfloat16 as a float": lambda: floating(h5py.h5t.IEEE_F16LE, (15, 7, 8, 0, 7), 127),
    "float with a long exponent": lambda: floating(h5py.h5t.IEEE_F32LE, (31, 20, 11, 0, 20), 1023),
    "float with another bias": lambda: floating(h5py.h5t.IEEE_F32LE, (31, 23, 8, 0, 23), 120),
    "float, upside down": lambda: floating(h5py.h5t.IEEE_F32LE, (0, 1, 8, 9, 23), 127),
    "int32": lambda: h5py.h5t.STD_I32LE,
    "uint8": lambda: h5py.h5t.STD_U8LE,
    "int of 20 bits": lambda: integer(h5py.h5t.STD_I32LE, 20, 0),
    "int of 20 bits in the middle": lambda: integer(h5py.h5t.STD_I32LE, 20, 8),
}


@pytest.mark.parametrize("name", list(TYPES))
def test_values_are_right_or_refused(tmp_path: Path, name: str) -> None:
    """Whatever the datatype says about bits."""
    path = tmp_path / "model.h5"
    with h5py.File(path, "w") as file:
        legacy_tree(file)
        group = file["model_weights/first/first"]
        del group["kernel:0"]
        space = h5py.h5s.create_simple((3, 2))
        h5py.Dataset(h5py.h5d.create(group.id, b"kernel:0", TYPES[name](), space))[...] = kernel(0)
        truth = group["kernel:0"][...]
    with open_model(path) as model:
        stored = [(held.stored_path, held.array) for held in model.weights]
        stored += [(held.stored_path, held.array) for held in model.extras]
        arrays = [array for place, array in stored if place.endswith("first/kernel:0")]
        for array in arrays:
            try:
                values = array[...]
            except UnreadableFile:
                continue
            assert np.array_equal(values, truth)
        assert arrays or model.damage
