"""Tests of the table of what releases leave out, against the configs of the installed Keras."""

from __future__ import annotations

from typing import Any

import pytest

from kerasinspect.knowledge.keras_versions import version_of
from kerasinspect.knowledge.releases.unsaved import UNSAVED, Unsaved

ALSO: dict[str, dict[str, Any]] = {
    "Conv1DTranspose": {"filters": 1, "kernel_size": 3, "strides": 2},
    "Conv2DTranspose": {"filters": 1, "kernel_size": 3, "strides": 2},
    "Conv3DTranspose": {"filters": 1, "kernel_size": 3, "strides": 2},
    "SimpleRNN": {"units": 2},
    "CategoryEncoding": {"num_tokens": 3},
    "AlphaDropout": {"rate": 0.5},
    "SpatialDropout2D": {"rate": 0.5},
    "SpatialDropout3D": {"rate": 0.5},
    "MaxNumBoundingBoxes": {"max_number": 3},
    "RandomPosterization": {"factor": 3},
    **{
        f"Random{name}": {"factor": 0.5}
        for name in ("Brightness", "ColorDegeneration", "Contrast", "Grayscale", "Hue", "Saturation", "Sharpness")
    },
}
"""What has to be given beside an argument to make an object."""
OTHER: dict[str, Any] = {
    "output_padding": 1,
    "rms_scaling": True,
    "data_format": "channels_first",
    "seed": 7,
    "invert": True,
    "delta": 2.0,
    "axis": 1,
    "sparse": True,
    "noise_shape": (1, 1),
    "gain": 2.0,
}
"""Values that are not the default."""


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", UNSAVED, ids=lambda row: f"{row.class_name}.{row.key}-{row.first[0]}")
def test_the_installed_keras_leaves_out_what_the_table_says(row: Unsaved, keras: Any) -> None:  # noqa: ANN401 - Keras
    """An object that is made with the argument has it in its config just where the table does not say otherwise."""
    homes = (keras.layers,) if row.kind == "layers" else (keras.losses, keras.metrics, keras.initializers)
    made = [getattr(home, row.class_name, None) for home in homes]
    version = version_of(keras.__version__)
    if not any(made):
        pytest.skip(f"Keras {keras.__version__} has no {row.class_name}")
    assert version is not None
    first = next(filter(None, made))
    given = {**ALSO.get(row.class_name, {}), row.key: OTHER[row.key]}
    if row.class_name == "Normalization":
        given |= {"mean": 0.0, "variance": 1.0}
    assert (row.key not in first(**given).get_config()) == (row.first <= version <= row.last)
