"""A weight of another shape than config and input allow is found, whichever weight and axis it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from kerasinspect.checking.asking import check_file
from kerasinspect.checking.rule_names import active_rules
from kerasinspect.opening import open_model
from tests.makers.archive_edits import edited, on_layer, on_weights

if TYPE_CHECKING:
    from pathlib import Path

    import h5py

    from kerasinspect.model import Weight

SHAPES = active_rules(["KI203"])


def found_in(path: Path) -> dict[str, str]:
    """What the rule says, by weight."""
    report = check_file(str(path), SHAPES)
    assert report.error is None
    return {finding.where: finding.message for finding in report.findings}


def reshaped(source: Path, target: Path, stored_path: str, shape: tuple[int, ...]) -> Path:
    """The model with zeros of another shape in place of one array."""

    def change(file: h5py.File) -> None:
        del file[stored_path]
        file[stored_path] = np.zeros(shape, "float32")

    target.write_bytes(edited(source.read_bytes(), on_weights(change)))
    return target


def weights_of(path: Path) -> list[Weight]:
    """Every weight of a model."""
    with open_model(path) as model:
        return [*model.weights]


def test_what_keras_made_is_right(keras_models: Path) -> None:
    """Layers of each kind, as they were saved, have the shapes that are expected."""
    assert found_in(keras_models / "shapely.keras") == {}


def test_every_axis_of_every_weight_is_watched(keras_models: Path, tmp_path: Path) -> None:
    """An array that is longer along one axis is found, and nothing else is."""
    source = keras_models / "shapely.keras"
    for weight in weights_of(source):
        for place, axis in enumerate(weight.axes):
            longer = tuple(size + max(1, len(axis.blocks)) * (at == place) for at, size in enumerate(weight.shape))
            found = found_in(reshaped(source, tmp_path / "longer.keras", weight.stored_path, longer))
            assert found.keys() == {weight.path}, (weight.path, axis)


def test_another_number_of_axes_is_found(keras_models: Path, tmp_path: Path) -> None:
    """A kernel, a bias or a statistic with one axis more is no such weight."""
    source = keras_models / "shapely.keras"
    for weight in weights_of(source):
        found = found_in(reshaped(source, tmp_path / "deeper.keras", weight.stored_path, (*weight.shape, 1)))
        assert any(where.startswith(weight.layer) and "axes" in words for where, words in found.items()), weight.path


@pytest.mark.parametrize(("sizes", "wanted"), [([8, 8, 6], []), ([8, 8, 4], ["grouped/kernel"])])
def test_an_input_of_other_channels_is_found_behind_other_layers(
    keras_models: Path, tmp_path: Path, sizes: list[int], wanted: list[str]
) -> None:
    """The channels that come in pass through a layer without weights to the convolution that they do not fit."""
    target = tmp_path / "other.keras"
    edit = on_layer(0, batch_shape=[None, *sizes])
    target.write_bytes(edited((keras_models / "shapely.keras").read_bytes(), edit))
    assert [*found_in(target)] == wanted
