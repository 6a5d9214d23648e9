"""THE table of arguments that releases of Keras leave out of the configs that they save: one row a fact.

Such an argument is at its default when the model is loaded, whatever it was. Each row was seen on the releases
themselves: an object made with the argument, and the config that it gives. ``tests/data/saving`` has files of them.
"""

from __future__ import annotations

from enum import Enum
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from kerasinspect.knowledge.keras_versions import KerasVersion

Kind: TypeAlias = str
"""The part of Keras that a class is in: ``layers``, or ``objects`` for losses, metrics and initializers."""


class Sign(Enum):
    """What in a file tells that the argument had another value, or that its value mattered."""

    NONE = "nothing tells"
    SIZE = "what came out had another size than the config gives"
    NO_BETA = "the file lacks the beta that the config asks for"
    FIRST = "another layer says that channels come first"
    LOOKS_FIRST = "another layer says so, or what comes in looks like it"
    DRAWS = "it draws random numbers, and the file has no state of them"
    BEHIND = "other layers feed it"
    WRITTEN_OUT = "the loss is an object, where its name would do"
    MANY_AXES = "the outputs have more axes than those of samples and units"
    CLASSES_FIRST = "as above, and another axis than the last is that of channels"


@dataclass(frozen=True, slots=True)
class Unsaved:
    """An argument that some releases do not write."""

    class_name: str
    key: str
    default: str
    """What it is when the model is loaded, in the words of Python."""
    first: KerasVersion
    last: KerasVersion
    """The releases that leave it out, from the first to the last minor version, both among them."""
    sign: Sign = Sign.NONE
    effect: str = ""
    """What becomes of a model that is loaded, as the end of a sentence."""
    kind: Kind = "layers"


_NEWEST = (3, 15)
"""The last minor version that was looked at."""
_KERAS_3 = (3, 0)
_MENDED = (3, 14)
"""The last one before much of it was mended."""
_SIZES = "the size of its output"
_AXES = "which axes are height, width and channels"
_SEEDS = "which random numbers it draws"
_LOSS = "what training goes on to make smaller"

UNSAVED: tuple[Unsaved, ...] = (
    *(
        Unsaved(name, "output_padding", "None", _KERAS_3, _MENDED, Sign.SIZE, _SIZES)
        for name in ("Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose")
    ),
    Unsaved("LayerNormalization", "rms_scaling", "False", _KERAS_3, (3, 3), Sign.NO_BETA, "what it computes"),
    *(
        Unsaved(name, "data_format", "image_data_format()", first, _MENDED, Sign.LOOKS_FIRST, _AXES)
        for first, names in (
            ((3, 6), "AutoContrast RandomBrightness RandomContrast Solarization"),
            ((3, 7), "MaxNumBoundingBoxes"),
            ((3, 8), "Equalization MixUp RandAugment RandomColorDegeneration RandomColorJitter RandomGrayscale"),
            ((3, 8), "RandomHue RandomPosterization RandomSaturation RandomSharpness"),
            ((3, 9), "AugMix CutMix RandomErasing RandomGaussianBlur RandomInvert RandomPerspective"),
            ((3, 10), "RandomElasticTransform"),
        )
        for name in names.split()
    ),
    *(
        Unsaved(name, "data_format", "image_data_format()", (2, 3), (2, 15), Sign.FIRST, "which axis is of channels")
        for name in ("SpatialDropout2D", "SpatialDropout3D")
    ),
    Unsaved("Attention", "seed", "None", _KERAS_3, _MENDED, Sign.DRAWS, _SEEDS),
    Unsaved("AdditiveAttention", "seed", "None", _KERAS_3, _MENDED, Sign.DRAWS, _SEEDS),
    Unsaved("SimpleRNN", "seed", "None", _KERAS_3, _NEWEST, Sign.DRAWS, _SEEDS),
    Unsaved("RandomGrayscale", "seed", "None", (3, 8), _NEWEST, Sign.DRAWS, _SEEDS),
    Unsaved("Normalization", "invert", "False", (2, 10), (2, 12), Sign.BEHIND, "what it computes"),
    Unsaved("Huber", "delta", "1.0", _KERAS_3, _NEWEST, Sign.WRITTEN_OUT, _LOSS, "objects"),
    Unsaved("CosineSimilarity", "axis", "-1", _KERAS_3, _NEWEST, Sign.MANY_AXES, _LOSS, "objects"),
    Unsaved("SparseCategoricalCrossentropy", "axis", "-1", (3, 10), _NEWEST, Sign.CLASSES_FIRST, _LOSS, "objects"),
    Unsaved("CategoryEncoding", "sparse", "False", (3, 2), _NEWEST, effect="whether it gives sparse tensors"),
    Unsaved("AlphaDropout", "noise_shape", "None", (2, 3), (2, 15), effect="what it drops together"),
    Unsaved("Identity", "gain", "1.0", _KERAS_3, _NEWEST, effect="what weights start from", kind="objects"),
)
"""Every such argument."""


@cache
def _by_class() -> Mapping[tuple[Kind, str], Sequence[Unsaved]]:
    """The rows of each class."""
    rows: dict[tuple[Kind, str], list[Unsaved]] = {}
    for row in UNSAVED:
        rows.setdefault((row.kind, row.class_name), []).append(row)
    return rows


def unsaved_by(version: KerasVersion | None, kind: Kind, class_name: str) -> list[Unsaved]:
    """The arguments of a class that a release does not write; none where the release is not known."""
    rows = _by_class().get((kind, class_name), ())
    return [row for row in rows if version is not None and row.first <= version <= row.last]
