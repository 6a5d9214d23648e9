"""Kernels of Keras 1 in weights-only files: their axes have one of two orders, told by their shapes or not at all."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest

from kerasinspect.analysis.inspection import inspect
from kerasinspect.analysis.selection import select
from kerasinspect.opening import open_model
from kerasinspect.output.formats.terminal import write_text
from kerasinspect.output.pages.show import show_blocks
from kerasinspect.output.show_options import ShowOptions

if TYPE_CHECKING:
    from pathlib import Path

TF, TH = ("height", "width", "channel", "filter"), ("filter", "channel", "height", "width")
UNTOLD = ("axis 0", "axis 1", "row", "column")

KERNELS = {
    "tensorflow's": ((3, 1, 4, 32), 32, TF, (12, 96)),
    "theano's": ((32, 4, 3, 1), 32, TH, (12, 96)),
    "either": ((32, 4, 3, 32), 32, UNTOLD, (None, None)),
    "neither": ((32, 4, 3, 1), 5, UNTOLD, (None, None)),
    "without a bias": ((32, 4, 3, 1), 0, UNTOLD, (None, None)),
}


def first_weights(path: Path, layer: str, **arrays: tuple[int, ...]) -> Path:
    """A weights file as Keras 1 wrote it, with one layer."""
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [layer.encode()]
        group = file.create_group(layer)
        group.attrs["weight_names"] = [f"{layer}_{name}".encode() for name in arrays]
        for name, shape in arrays.items():
            group[f"{layer}_{name}"] = np.zeros(shape, "float32")
    return path


@pytest.mark.parametrize(("kernel", "bias", "axes", "expected"), KERNELS.values(), ids=KERNELS.keys())
@pytest.mark.parametrize("layer", ["convolution2d_1", "atrousconvolution2d_3", "deconvolution2d_1"])
def test_the_bias_proves_the_order_or_nothing_is_said(  # noqa: PLR0913, PLR0917 - a table of cases
    tmp_path: Path,
    layer: str,
    kernel: tuple[int, ...],
    bias: int,
    axes: tuple[str, ...],
    expected: tuple[int | None, int | None],
) -> None:
    """Names and fans of a kernel whose config is not in the file are those that the filters of its bias prove."""
    arrays = {"W": kernel, **({"b": (bias,)} if bias else {})}
    with open_model(first_weights(tmp_path / "first.h5", layer, **arrays)) as model:
        weight = model.weights[0]
    assert tuple(axis.name for axis in weight.axes) == axes
    assert (weight.fan_in, weight.fan_out) == expected
    assert (weight.keras_fan_in, weight.keras_fan_out) == (None, None)


SENTENCES = {
    "theano's": ((32, 4, 3, 1), "a window of 3 × 1 over its input, so the kernel is 3 × 1 × 4 × 32"),
    "tensorflow's": ((3, 1, 4, 32), "a window of 3 × 1 over its input, so the kernel is 3 × 1 × 4 × 32"),
    "either": ((32, 4, 3, 32), ""),
}


@pytest.mark.parametrize(("kernel", "said"), SENTENCES.values(), ids=SENTENCES.keys())
def test_the_sentence_on_a_kernel_follows_its_order(tmp_path: Path, kernel: tuple[int, ...], said: str) -> None:
    """What the window is, and what the channels, is said where the order is proved, else nothing."""
    stream = io.StringIO()
    with open_model(first_weights(tmp_path / "first.h5", "convolution2d_1", W=kernel, b=(32,))) as model:
        write_text(show_blocks(inspect(select(model)), ShowOptions()), stream)
    assert ("moves a window" in stream.getvalue()) == bool(said)
    assert said in stream.getvalue()
