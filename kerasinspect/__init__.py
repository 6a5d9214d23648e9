"""Shows what every array in a saved Keras model is, without Keras or TensorFlow.

::

    from kerasinspect import open_model

    with open_model("model.keras") as model:
        for weight in model.weights:
            print(weight.index, weight.path, weight.shape)
        kernel = model["dense_1/kernel"]
        print(kernel[:3, 0])
"""

from __future__ import annotations

TYPE_CHECKING = False
"""True for type checkers alone; as ``typing`` has it, which takes longer to import than all the rest here."""


_HOMES = {
    "ArrayChange": "analysis.comparison.results",
    "Axis": "axes",
    "CheckReport": "checking.reports",
    "ClosedModel": "errors",
    "ConfigChange": "analysis.comparison.results",
    "DamagedFile": "errors",
    "Diff": "analysis.comparison.results",
    "Export": "exporting.results",
    "Extra": "model",
    "Finding": "checking.findings",
    "Fingerprint": "analysis.fingerprint",
    "Initializer": "model",
    "InspectError": "errors",
    "Layer": "model",
    "LayerDiff": "analysis.comparison.results",
    "LayerSeries": "analysis.comparison.series.results",
    "Limits": "limits",
    "MissingExtra": "errors",
    "Model": "model",
    "ModelReport": "checking.reports",
    "NotAModel": "errors",
    "NothingMatches": "errors",
    "RefusedFile": "errors",
    "Remark": "remarks",
    "RequestError": "errors",
    "Series": "analysis.comparison.series.results",
    "Spectrum": "analysis.comparison.results",
    "UnreadableFile": "errors",
    "Weight": "model",
    "WeightDiff": "analysis.comparison.results",
    "__version__": "version",
    "check": "checking.request",
    "compare": "comparing",
    "export": "exporting",
    "fingerprint": "comparing",
    "open_model": "opening",
    "series": "comparing",
}
"""The module that each public name lives in."""

__all__ = [
    "ArrayChange",
    "Axis",
    "CheckReport",
    "ClosedModel",
    "ConfigChange",
    "DamagedFile",
    "Diff",
    "Export",
    "Extra",
    "Finding",
    "Fingerprint",
    "Initializer",
    "InspectError",
    "Layer",
    "LayerDiff",
    "LayerSeries",
    "Limits",
    "MissingExtra",
    "Model",
    "ModelReport",
    "NotAModel",
    "NothingMatches",
    "RefusedFile",
    "Remark",
    "RequestError",
    "Series",
    "Spectrum",
    "UnreadableFile",
    "Weight",
    "WeightDiff",
    "__version__",
    "check",
    "compare",
    "export",
    "fingerprint",
    "open_model",
    "series",
]

if TYPE_CHECKING:
    from kerasinspect.analysis.comparison.results import (
        ArrayChange,
        ConfigChange,
        Diff,
        LayerDiff,
        Spectrum,
        WeightDiff,
    )
    from kerasinspect.analysis.comparison.series.results import LayerSeries, Series
    from kerasinspect.analysis.fingerprint import Fingerprint
    from kerasinspect.axes import Axis
    from kerasinspect.checking.findings import Finding
    from kerasinspect.checking.reports import CheckReport, ModelReport
    from kerasinspect.checking.request import check
    from kerasinspect.comparing import compare, fingerprint, series
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
    from kerasinspect.exporting import export
    from kerasinspect.exporting.results import Export
    from kerasinspect.limits import Limits
    from kerasinspect.model import Extra, Initializer, Layer, Model, Weight
    from kerasinspect.opening import open_model
    from kerasinspect.remarks import Remark
    from kerasinspect.version import __version__
else:

    def __getattr__(name: str) -> object:
        """Import what has a public name only when it is first asked for, the readers and numpy with them."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(__import__(f"{__name__}.{_HOMES[name]}", fromlist=[name]), name)

    def __dir__() -> list[str]:
        """The public names, those that are not imported yet too."""
        return sorted(__all__)
