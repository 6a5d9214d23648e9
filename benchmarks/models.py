"""THE table of the models that are measured, and who makes each."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks.places import ROOT, SAMPLES
from benchmarks.timing import run

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

SMALL = "small_cnn.keras"
SMALL_LEGACY = "question_network.h5"
MOBILENET = "mobilenet_v2.keras"
RESNET = "resnet152_v2.keras"
RESNET_LEGACY = "resnet152_v2.h5"
VGG = "vgg19.keras"
VGG_LEGACY = "vgg19.h5"
VGG_COPY = "vgg19_copy.keras"
VGG_CHANGED = "vgg19_changed.keras"
VGG_CHANGED_LEGACY = "vgg19_changed.h5"
LARGE = "bytes_12000000000.keras"
CONFIG = "config_37000000.h5"

TITLES = {
    SMALL: "A small convolutional network, .keras",
    SMALL_LEGACY: "A small dense network, .h5",
    MOBILENET: "MobileNetV2, .keras",
    RESNET: "ResNet152V2, .keras",
    RESNET_LEGACY: "ResNet152V2, .h5",
    VGG: "VGG19, .keras",
    VGG_LEGACY: "VGG19, .h5",
    LARGE: "12 GB of zeros that take no space on the disk, .keras",
    CONFIG: "A config of 37 MB, .h5",
}
"""What a page calls the models that have a table of their own."""

DTYPES = ("float32", "float16", "bfloat16", "float8_e4m3fn", "int4")
_VALUES = 12_000
"""Units of the layer whose kernel is measured in each dtype: 144 million values."""
CURVES = {
    "arrays": (20, 200, 2000, 20_000),
    "layers": (20, 200, 2000, 20_000),
    "nested": (20, 200, 2000),
    "bytes": (1_000_000, 30_000_000, 1_000_000_000, 12_000_000_000),
}
"""What time grows with, and how much of it each model has."""
QUICK_CURVES = {"arrays": (2, 20), "layers": (2, 20), "nested": (2,), "bytes": (1000, 10_000)}
"""The same, as a trial of the benchmark needs it."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is made without Keras."""

    name: str
    """The name of its file."""
    kind: str
    """What ``plain_archives`` is asked for."""
    size: int


KERAS_MODELS = (*(MOBILENET, RESNET, RESNET_LEGACY, VGG, VGG_LEGACY, VGG_COPY, VGG_CHANGED, VGG_CHANGED_LEGACY),)
"""What Keras has to make."""


def curve_models(curves: dict[str, tuple[int, ...]]) -> Iterable[Model]:
    """The models of all points of the curves."""
    for kind, sizes in curves.items():
        for size in sizes:
            yield Model(curve_name(kind, size), kind, size)


def curve_name(kind: str, size: int) -> str:
    """The file of one point of a curve."""
    return f"{kind}_{size}.keras"


def values_name(dtype: str) -> str:
    """The file of random numbers of a dtype."""
    return f"values_{dtype}.keras"


def other_models() -> Iterable[Model]:
    """One model of each dtype, and one of a large config."""
    for dtype in DTYPES:
        yield Model(values_name(dtype), dtype, _VALUES)
    yield Model(CONFIG, "config", 37_000_000)


class Shelf:
    """The models that are there, and what is said of those that could not be made."""

    def __init__(self, folder: Path) -> None:
        """Models are made in a folder, which is made too."""
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.missing: list[str] = []

    def path(self, name: str) -> Path:
        """Where a model lies, or would lie."""
        sample = SAMPLES / name
        return sample if sample.exists() else self.folder / name

    def has(self, *names: str) -> bool:
        """Whether these models are all there."""
        return all(self.path(name).exists() for name in names)

    def make_plain(self, models: Iterable[Model]) -> None:
        """Make the models that need no Keras, where they are not there yet."""
        program = (sys.executable, "-m", "benchmarks.making.plain_archives")
        for model in models:
            if not self.has(model.name):
                self._make((*program, model.kind, str(model.size), str(self.path(model.name))), model.name)

    def make_with_keras(self, python: str, names: Iterable[str]) -> None:
        """Make published architectures with a Python that has Keras, where they are not there yet."""
        program = ROOT / "benchmarks" / "making" / "keras_models.py"
        if missing := [name for name in names if not self.has(name)]:
            self._make((python, str(program), str(self.folder), *missing), ", ".join(missing))

    def _make(self, command: tuple[str, ...], what: str) -> None:
        """Run a maker, and keep in mind what it could not make."""
        print(f"making {what}", file=sys.stderr)
        made = run(command, self.folder / "errors.txt")
        if made.status:
            self.missing.append(f"{what}: could not be made: {made.said}")
