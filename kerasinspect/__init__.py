"""Shows what every array in a saved Keras model is, without Keras or TensorFlow.

::

    from kerasinspect import open_model

    with open_model("model.keras") as model:
        for weight in model.weights:
            print(weight.index, weight.path, weight.shape)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.errors import (
    ClosedModel,
    DamagedFile,
    InspectError,
    MissingExtra,
    NotAModel,
    NothingMatches,
    RefusedFile,
    RequestError,
    UnreadableFile,
)
from kerasinspect.model import Axis, Layer, Model, Weight

__version__ = "0.1.0"

__all__ = [
    "Axis",
    "ClosedModel",
    "DamagedFile",
    "InspectError",
    "Layer",
    "MissingExtra",
    "Model",
    "NotAModel",
    "NothingMatches",
    "RefusedFile",
    "RequestError",
    "UnreadableFile",
    "Weight",
    "__version__",
    "check",
    "open_model",
]

if TYPE_CHECKING:
    from kerasinspect.analysis.request import check
    from kerasinspect.reading import open_model
else:

    def __getattr__(name: str) -> object:
        """Import the readers and the rules, and numpy with them, only when they are first asked for."""
        if name == "check":
            from kerasinspect.analysis.request import check

            return check
        if name == "open_model":
            from kerasinspect.reading import open_model

            return open_model
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
