"""Saves published architectures with seeded weights: ``PYTHON keras_models.py FOLDER NAME...``; PYTHON has a Keras.

Nothing is fetched: the values are as random as those of an untrained model, and as large as those of a trained one.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

CHANGED = "fc1"
"""The layer in which the second VGG19 differs: the largest, so that most is measured and least is equal."""


def make_mobilenet(keras: Any, folder: Path) -> None:  # noqa: ANN401 - Keras has no types
    """MobileNetV2, 14 MB."""
    _save(keras.applications.MobileNetV2(weights=None), folder, "mobilenet_v2.keras")


def make_resnet(keras: Any, folder: Path) -> None:  # noqa: ANN401 - Keras has no types
    """ResNet152V2, 816 arrays and 243 MB, in both formats."""
    _save(keras.applications.ResNet152V2(weights=None), folder, "resnet152_v2.keras", "resnet152_v2.h5")


def make_vgg(keras: Any, folder: Path) -> None:  # noqa: ANN401 - Keras has no types
    """VGG19, 574 MB, in both formats; one that differs in a layer, and a copy."""
    model = keras.applications.VGG19(weights=None)
    _save(model, folder, "vgg19.keras", "vgg19.h5")
    shutil.copyfile(folder / "vgg19.keras", folder / "vgg19_copy.keras")
    layer = model.get_layer(CHANGED)
    kernel, bias = layer.get_weights()
    layer.set_weights([kernel * 1.01, bias])
    _save(model, folder, "vgg19_changed.keras", "vgg19_changed.h5")


def _save(model: Any, folder: Path, *names: str) -> None:  # noqa: ANN401 - Keras has no types
    for name in names:
        unfinished = folder / f"unfinished_{name}"
        model.save(unfinished)
        unfinished.replace(folder / name)


MAKERS = {"mobilenet_v2": make_mobilenet, "resnet152_v2": make_resnet, "vgg19": make_vgg}
"""What the names of the files that each maker saves begin with."""


def main() -> None:
    """Make the models of which a file is asked for."""
    import keras  # noqa: PLC0415 - only this program needs it

    folder, *names = sys.argv[1:]
    for family, make in MAKERS.items():
        if any(name.startswith(family) for name in names):
            keras.utils.set_random_seed(1)
            make(keras, Path(folder))


if __name__ == "__main__":
    main()
