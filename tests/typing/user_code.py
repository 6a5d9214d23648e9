"""What type checkers make of code that uses the package: mypy reads it with everything else, and it runs as a test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_type

import numpy as np

from kerasinspect import (
    ArrayChange,
    Axis,
    CheckReport,
    ConfigChange,
    Diff,
    Export,
    Finding,
    Fingerprint,
    Initializer,
    InspectError,
    Layer,
    LayerDiff,
    LayerSeries,
    Limits,
    Model,
    ModelReport,
    NothingMatches,
    Series,
    Weight,
    WeightDiff,
    check,
    compare,
    export,
    fingerprint,
    open_model,
    series,
)

if TYPE_CHECKING:
    from pathlib import Path


def names(location: Path) -> list[str]:
    """A model is a context manager whose keys are texts."""
    with open_model(location, Limits(layers=100)) as model:
        assert_type(model, Model)
        assert_type(model["dense/kernel"], Weight)
        assert_type(model.layer("dense"), Layer)
        assert_type(model.weights, tuple[Weight, ...])
        assert_type(dict(model), dict[str, Weight])
        assert_type(list(model), list[str])
        return [*model.keys()]


def values(weight: Weight) -> tuple[np.ndarray[Any, Any], float]:
    """A weight is indexed, and converted by numpy."""
    assert_type(weight.index, int | None)
    assert_type(weight.axes, tuple[Axis, ...])
    assert_type(weight.initializer, Initializer | None)
    whole = np.asarray(weight)
    assert_type(weight.shape, tuple[int, ...])
    return whole, float(weight[0, ..., -1].sum())


def findings(location: Path) -> list[Finding]:
    """A report is walked, indexed and counted."""
    report = check(location, select=["KI1"], fail_on="warning")
    assert_type(report, CheckReport)
    assert_type(report[0], ModelReport)
    assert_type(report[str(location)], ModelReport)
    assert_type(report[:1], tuple[ModelReport, ...])
    assert_type(len(report), int)
    return [finding for model in report for finding in model.findings]


def moved(old: Path, new: str) -> list[WeightDiff]:
    """The comparison of two models is walked, indexed and counted."""
    diff = compare(old, new, pairs={"dense": "dense"}, rtol=1e-3)
    assert_type(diff, Diff)
    assert_type(diff[0], LayerDiff)
    assert_type(diff["dense"], LayerDiff)
    assert_type(diff[1:], tuple[LayerDiff, ...])
    assert_type(diff["dense"]["kernel"], WeightDiff)
    assert_type(list(diff), list[LayerDiff])
    assert_type(diff[0].config, tuple[ConfigChange, ...])
    return [weight for layer in diff for weight in layer.weights if not weight.equal]


def largest(weight: WeightDiff) -> float | None:
    """Figures are there where the values could be read."""
    change = weight.change
    return change.max_abs if isinstance(change, ArrayChange) else None


def followed(first: Path, *others: str) -> str | None:
    """A series is walked, indexed and counted."""
    found = series(first, *others, layers=["dense*"])
    assert_type(found, Series)
    assert_type(found[0], LayerSeries)
    assert_type(found["dense"], LayerSeries)
    assert_type(found[-2:], tuple[LayerSeries, ...])
    assert_type(list(found), list[LayerSeries])
    return found.moves_most.path if found.moves_most else None


def written(model: Model, folder: Path) -> str | None:
    """An export says what it wrote; a fingerprint may be lacking."""
    exported = export(model, folder / "weights.npz")
    assert_type(exported, Export)
    assert_type(exported["dense/kernel"].shape, tuple[int, ...])
    assert_type(fingerprint(model), Fingerprint)
    return fingerprint(model).sha256


def nearest(model: Model) -> InspectError | KeyError | None:
    """A name that is not there is either kind of error."""
    try:
        model["kernel"]
    except NothingMatches as error:
        both: tuple[InspectError, KeyError] = (error, error)
        return both[0]
    return None
