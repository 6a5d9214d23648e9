"""Numbers of one array are written alike."""

from __future__ import annotations

import numpy as np
import pytest

from kerasinspect.output.arrays.numbers import choose_style

WRITTEN = [
    pytest.param([0.5, -0.25], "float32", ["0.5000", "-0.2500"], id="decimals"),
    pytest.param([0.5, 0.0], "float32", ["0.5000", "0     "], id="exact zero"),
    pytest.param([0.5, 1e-7], "float32", ["0.5000", "0.0000"], id="tiny is not zero"),
    pytest.param([0.0, 0.0], "float32", ["0", "0"], id="all zero"),
    pytest.param([1.0, -3.0], "float64", ["1", "-3"], id="whole floats"),
    pytest.param([1e-9, 2e-7], "float32", ["1.0000e-09", "2.0000e-07"], id="small"),
    pytest.param([1.5, 1e12], "float64", ["1.5000e+00", "1.0000e+12"], id="large"),
    pytest.param([-1e-5, 1e-250], "float64", ["-1.0000e-05", "1.0000e-250"], id="exponents of two lengths"),
    pytest.param([0.5, np.nan, -np.inf], "float32", ["0.5000", "nan", "-inf"], id="not finite"),
    pytest.param([np.nan, np.nan], "float32", ["nan", "nan"], id="nothing but NaN"),
    pytest.param([1, -128], "int8", ["1", "-128"], id="integers"),
    pytest.param([2**63, 1], "uint64", ["9223372036854775808", "1"], id="large integers"),
    pytest.param([True, False], "bool", ["true", "false"], id="booleans"),
]


@pytest.mark.parametrize(("values", "dtype", "written"), WRITTEN)
def test_writes_all_numbers_of_an_array_alike(values: list[float], dtype: str, written: list[str]) -> None:
    """One style fits them all, and none is wider than the style says."""
    numbers = np.array(values, dtype).tolist()
    style = choose_style([numbers])
    assert [style.write(value) for value in numbers] == style.write_all(numbers) == written
    assert max(map(len, written)) <= style.width


def test_has_a_style_for_no_numbers() -> None:
    """An empty array has a style too."""
    assert choose_style([[]]).width > 0
