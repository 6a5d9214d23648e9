"""Fan-in and fan-out against the installed Keras: inputs that move one output, outputs that one input moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from kerasinspect.knowledge.fans import fans

if TYPE_CHECKING:
    from collections.abc import Callable

WINDOWS = {1: [3], 2: [3, 2], 3: [2, 3, 2]}
PLACES = {1: (9,), 2: (9, 8), 3: (7, 8, 7)}


def convolutions() -> list[tuple[str, dict[str, Any], tuple[int, ...]]]:
    """Each kind of convolution in each number of dimensions, grouped and dilated ones among them."""
    cases: list[tuple[str, dict[str, Any], tuple[int, ...]]] = []
    for rank, window in WINDOWS.items():
        given = {"kernel_size": window, "padding": "same", "use_bias": False}
        for groups in (1, 2):
            config = {**given, "filters": 6, "groups": groups}
            cases.append((f"Conv{rank}D", config, (*PLACES[rank], 4)))
        cases.extend(
            [
                (f"Conv{rank}D", {**given, "filters": 3, "dilation_rate": 2}, (*PLACES[rank], 4)),
                (f"Conv{rank}DTranspose", {**given, "filters": 3}, (*PLACES[rank], 4)),
            ]
        )
        if rank < len(WINDOWS):
            window = window if rank == 1 else [3, 3]  # noqa: PLW2901 - TensorFlow's depthwise kernels are square
            for multiplier in (1, 3):
                config = {**given, "kernel_size": window, "depth_multiplier": multiplier}
                cases.append((f"DepthwiseConv{rank}D", config, (*PLACES[rank], 4)))
        recurrent = {"filters": 3, "kernel_size": window, "padding": "same"}
        cases.append((f"ConvLSTM{rank}D", recurrent, (1, *PLACES[rank], 4)))
    return cases


CASES: list[tuple[str, dict[str, Any], tuple[int, ...]]] = [
    *convolutions(),
    ("Dense", {"units": 5}, (7,)),
    ("Dense", {"units": 5}, (3, 7)),
    ("LSTM", {"units": 5}, (1, 7)),
    ("GRU", {"units": 5}, (1, 7)),
    ("SimpleRNN", {"units": 5}, (1, 7)),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, 5]}, (3, 7)),
    ("EinsumDense", {"equation": "abc,cde->abde", "output_shape": [None, 5, 2]}, (3, 7)),
    ("EinsumDense", {"equation": "abcd,cde->abe", "output_shape": [None, 5]}, (3, 7, 2)),
    ("EinsumDense", {"equation": "abc,bcd->abd", "output_shape": [3, 5]}, (3, 7)),
    ("EinsumDense", {"equation": "abc,bd->acd", "output_shape": [None, 5]}, (3, 7)),
    ("EinsumDense", {"equation": "...x,xy->...y", "output_shape": [5]}, (3, 7)),
]


def moved(call: Callable[[np.ndarray[Any, Any]], Any], shape: tuple[int, ...]) -> np.ndarray[Any, Any]:
    """For every input whether it moves each output: (inputs, outputs)."""
    start = np.random.default_rng(5).normal(size=shape).astype("float32")
    every = np.repeat(start[np.newaxis], start.size + 1, axis=0)
    every[np.arange(1, start.size + 1), *np.unravel_index(np.arange(start.size), shape)] += 1
    outputs = np.asarray(call(every)).reshape(start.size + 1, -1)
    return np.asarray(np.abs(outputs[1:] - outputs[0]) > 1e-6)


@pytest.mark.parametrize(("class_name", "config", "shape"), CASES, ids=[f"{n}-{c[0]}" for n, c in enumerate(CASES)])
def test_counts_what_moves_in_the_installed_keras(
    class_name: str, config: dict[str, Any], shape: tuple[int, ...]
) -> None:
    """In the middle, where no edge cuts a window, an output sums over fan-in inputs and an input feeds fan-out ones."""
    layer = getattr(pytest.importorskip("keras").layers, class_name).from_config(config)
    matrix = moved(layer, shape)
    kernel = layer.weights[0]
    found = fans(class_name, "kernel", tuple(kernel.shape), layer.get_config(), (3, 15))
    assert found.fan_in == matrix.sum(axis=0).max()
    assert found.fan_out == matrix.sum(axis=1).max()
