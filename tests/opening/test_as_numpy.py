"""``numpy.asarray`` of an array in a file gives its values, as numpy 2 asks for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect import open_model
from tests.places import DATA, SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

VERSIONS = DATA / "versions"
FILES = (
    *(
        SAMPLES / name
        for name in ("question_network.keras", "question_network.h5", "bfloat16.keras", "small_cnn.keras")
    ),
    *(VERSIONS / "keras-3.15.1" / name for name in ("quant_int4_block.keras", "quant_gptq.keras", "nested.weights.h5")),
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_array_is_one_to_numpy(path: Path) -> None:
    """Weights and extras, as stored and as computed: numbers of their shape, not an object."""
    with open_model(path) as model:
        arrays = [one for weight in model.weights for one in (weight.array, weight.unpacked, weight.dequantized)]
        for array in (*(one for one in arrays if one is not None), *(extra.array for extra in model.extras)):
            values = np.asarray(array)
            assert values.shape == array.shape
            assert values.dtype != object
            np.testing.assert_array_equal(values, array[...])


def test_a_dtype_and_a_copy_are_given_as_they_are_asked_for() -> None:
    """Another dtype is a conversion; without a copy there is nothing to give."""
    with open_model(FILES[0]) as model:
        array = model.weights[0].array
        assert np.asarray(array, "float64").dtype == np.float64
        assert np.array(array, copy=True).dtype == np.float32
        with pytest.raises(ValueError, match="only as a copy"):
            np.asarray(array, copy=False)
        assert (array[...] @ np.ones(array.shape[1]) == np.asarray(array) @ np.ones(array.shape[1])).all()
