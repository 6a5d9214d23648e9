"""Shows what every array in a saved Keras model is, without Keras or TensorFlow.

::

    from kerasinspect import open_model

    with open_model("model.keras") as model:
        for weight in model.weights:
            print(weight.index, weight.path, weight.shape)
"""

from __future__ import annotations

TYPE_CHECKING = False
"""True for type checkers alone; as ``typing`` has it, which takes longer to import than all the rest here."""

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
    from kerasinspect.axes import Axis
    from kerasinspect.checking.request import check
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
    from kerasinspect.model import Layer, Model, Weight
    from kerasinspect.opening import open_model
else:

    def __getattr__(name: str) -> object:
        """Import what has a public name only when it is first asked for, the readers and numpy with them."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        if name == "check":
            from kerasinspect.checking import request as module
        elif name == "open_model":
            from kerasinspect import opening as module
        elif name == "Axis":
            from kerasinspect import axes as module
        elif name in {"Layer", "Model", "Weight"}:
            from kerasinspect import model as module
        else:
            from kerasinspect import errors as module
        return getattr(module, name)
