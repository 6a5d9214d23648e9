"""Golden files: the inputs and outputs of forward passes, kept as npz so that another Keras can be held against them.

An array is called ``random/input/0`` or ``random/output/1``; ``kerasinspect`` holds, as JSON, which cases there are
and what they were recorded from. No pickles: numpy alone reads such a file.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasinspect.analysis.verification import GoldenDifference
from kerasinspect.errors import RequestError
from kerasinspect.output.destination import replaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from kerasinspect.analysis.verification import Case
    from kerasinspect.analysis.weight_comparison import DescribedWeight
    from kerasinspect.output.destination import Target

SCHEMA = "kerasinspect.golden/1"

FACTS = "kerasinspect"
"""The name under which a golden file says what it is."""


@dataclass(frozen=True, slots=True)
class Golden:
    """What a golden file says of itself."""

    path: str
    cases: tuple[tuple[str, int, int], ...]
    """Name, number of inputs, number of outputs."""
    weights: str
    """Of the weights it was recorded with."""

    @property
    def input_names(self) -> tuple[tuple[str, int], ...]:
        """The cases, each with its number of inputs."""
        return tuple((name, inputs) for name, inputs, _ in self.cases)


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How far a value may be from the recorded one: ``absolute + relative * |recorded|``.

    Measured over 42 models between Keras 3.5 on TensorFlow 2.17, Keras 2.15 on TensorFlow 2.15 and Keras 3.15 on
    TensorFlow 2.21: float32 outputs differ by at most 4.8e-7 absolutely and 1.8e-5 relatively, those computed in
    float16 by 3.3e-4 relatively; most do not differ at all.
    """

    relative: float = 1e-3
    absolute: float = 1e-5


def weights_digest(weights: Iterable[DescribedWeight]) -> str:
    """One hash for all weights, the same in whatever order and under whatever names a format keeps them."""
    digests = sorted(f"{weight.shape} {weight.sha256}" for weight in weights)
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()


def require_npz(path: str) -> None:
    """Raise RequestError where a file is not an npz file that numpy can open."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            names = getattr(stored, "files", None)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise RequestError(f"{path} cannot be read as an npz file: {error}.", "Make it with numpy.savez.") from error
    if names is None:
        raise RequestError(f"{path} holds one array without a name.", "Make it with numpy.savez, not numpy.save.")


def read_golden(path: str) -> Golden:
    """What a golden file says of itself; raises RequestError for any other file."""
    require_npz(path)
    with np.load(path, allow_pickle=False) as stored:
        try:
            facts = json.loads(str(stored[FACTS]))
            cases = tuple((str(name), int(inputs), int(outputs)) for name, inputs, outputs in facts["cases"])
            wanted = {f"{name}/input/{at}" for name, inputs, _ in cases for at in range(inputs)}
            wanted |= {f"{name}/output/{at}" for name, _, outputs in cases for at in range(outputs)}
            complete = facts["schema"] == SCHEMA and wanted <= set(stored.files)
            golden = Golden(path, cases, str(facts["weights"]))
        except (KeyError, TypeError, ValueError):
            complete = False
    if not complete:
        raise RequestError(f"{path} is not a golden file.", "Record one with --record.")
    return golden


def write_golden(target: Target, outputs: Path, facts: Mapping[str, Any], model: str = "") -> None:
    """Write a golden file of one model; raises RequestError where it cannot be written or must not be replaced."""
    with np.load(outputs, allow_pickle=False) as stored, replaced(target, model) as stream:
        arrays = {name: stored[name] for name in stored.files}
        arrays[FACTS] = np.array(json.dumps({"schema": SCHEMA, **facts}))
        np.savez(stream, allow_pickle=False, **arrays)


def golden_facts(cases: Iterable[Case], outputs: Path, weights: str, keras: str) -> dict[str, Any]:
    """What a golden file says of itself."""
    with np.load(outputs, allow_pickle=False) as stored:
        names = stored.files
    told = [
        [case.name, sum(name.startswith(f"{case.name}/input/") for name in names), len(case.outputs)] for case in cases
    ]
    return {"cases": told, "weights": weights, "keras": keras}


def golden_differences(
    golden: Golden, cases: Iterable[Case], outputs: Path, tolerances: Tolerances
) -> Iterator[GoldenDifference]:
    """How far each output is from the recorded one; raises RequestError where there are more or fewer outputs."""
    counts = {name: count for name, _, count in golden.cases}
    with np.load(golden.path, allow_pickle=False) as old, np.load(outputs, allow_pickle=False) as new:
        for case in cases:
            if counts[case.name] != len(case.outputs):
                raise RequestError(
                    f"{golden.path} was recorded from another model: it has {counts[case.name]} outputs, and this one"
                    f" has {len(case.outputs)}."
                )
            for at, output in enumerate(case.outputs):
                key = f"{case.name}/output/{at}"
                yield measured(case.name, output.name, old[key], new[key], tolerances)


def measured(
    case: str, output: str, old: np.ndarray[Any, Any], new: np.ndarray[Any, Any], tolerances: Tolerances
) -> GoldenDifference:
    """How far ``new`` is from ``old``: equal infinities and NaN at the same places are no difference."""
    if old.shape != new.shape:
        return GoldenDifference(case, output, new.size, new.size, float("inf"), float("inf"))
    if old.dtype.kind not in "biufc":
        outside = int(np.count_nonzero(old.astype("S") != new.astype("S")))
        return GoldenDifference(case, output, new.size, outside, float("inf") if outside else 0.0, 0.0)
    old, new = (array.astype(np.complex128 if array.dtype.kind == "c" else np.float64) for array in (old, new))
    same = (old == new) | (np.isnan(old) & np.isnan(new))
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.where(same, 0.0, np.abs(new - old))
        distance = np.where(np.isnan(distance), np.inf, distance)
        relative = np.where(same, 0.0, distance / np.abs(old))
        near = np.isfinite(distance) & (distance <= tolerances.absolute + tolerances.relative * np.abs(old))
    largest, largest_relative = (float(values.max(initial=0.0)) for values in (distance, relative))
    outside = int(np.count_nonzero(~(same | near)))
    return GoldenDifference(case, output, new.size, outside, largest, largest_relative)
