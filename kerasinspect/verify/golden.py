"""Golden files: the inputs and outputs of forward passes, kept as npz so that another Keras can be held against them.

An array is called ``random/input/0`` or ``random/output/1``; ``kerasinspect`` holds, as JSON, which cases there are
and what they were recorded from. No pickles: numbers and text alone.
"""

from __future__ import annotations

import hashlib
import json
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from kerasinspect.containers.strict_json import parse_json
from kerasinspect.errors import RequestError, UnreadableFile
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import DEFAULT
from kerasinspect.verify.npz import open_arrays
from kerasinspect.verify.results import GoldenDifference
from kerasinspect.writing import replaced

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from kerasinspect.analysis.comparison.weights import DescribedWeight
    from kerasinspect.limits import Limits
    from kerasinspect.verify.npz import Arrays
    from kerasinspect.verify.results import Case
    from kerasinspect.writing import Target

SCHEMA = "kerasinspect.golden/1"

_NUMBERS = "biufc"
"""Kinds of dtypes whose values have a distance."""

FACTS = "kerasinspect"
"""The name under which a golden file says what it is."""


@dataclass(frozen=True, slots=True)
class Golden:
    """The facts of a golden file."""

    path: str
    cases: tuple[tuple[str, int, int], ...]
    """Name, number of inputs, number of outputs."""
    weights: str
    """Of the weights it was recorded with."""

    @property
    def input_names(self) -> tuple[tuple[str, int], ...]:
        """The cases, each with its number of inputs."""
        return tuple((name, inputs) for name, inputs, _ in self.cases)

    def arrays(self) -> Iterator[str]:
        """The names of the arrays that it has of its cases."""
        for name, inputs, outputs in self.cases:
            yield from (f"{name}/input/{at}" for at in range(inputs))
            yield from (f"{name}/output/{at}" for at in range(outputs))


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


def require_inputs(path: str, limits: Limits = DEFAULT) -> None:
    """Raise RequestError where a file has no arrays to run a model on, or one of them cannot be read or is empty."""
    with open_arrays(path, limits) as stored:
        empty = [name for name in stored.names if not stored[name].size]
    if empty:
        message = f"{path} has no values in its array {empty[0]}: nothing would be computed."
        raise RequestError(message, "Give each input at least one example.")


def read_golden(path: str, limits: Limits = DEFAULT) -> Golden:
    """The facts of a golden file; raises RequestError for any other file, and for one with nothing to compare.

    Each array of its cases is read, so that whatever is wrong with one is said before Keras is started.
    """
    with open_arrays(path, limits) as stored:
        golden = _stored_facts(path, stored) if FACTS in stored.names else None
        if golden is None:
            raise RequestError(f"{path} is not a golden file.", "Record one with --record.")
        sizes = {name: stored[name].size for name in golden.arrays()}
    if not any(size for name, size in sizes.items() if "/output/" in name):
        raise RequestError(f"{path} holds no outputs to compare with.", "Record one with --record.")
    return golden


def _stored_facts(path: str, stored: Arrays) -> Golden | None:
    """The facts in a golden file; None where they are none, or name arrays that it does not hold."""
    text = stored[FACTS]
    if text.dtype.kind != "U" or text.ndim:
        return None
    try:
        facts = parse_json(str(text[()]).encode("utf-8", "replace"), path).value
    except UnreadableFile:
        return None
    if not isinstance(facts, dict) or facts.get("schema") != SCHEMA or not isinstance(facts.get("weights"), str):
        return None
    rows = facts.get("cases")
    if not isinstance(rows, list) or not all(map(_is_case, rows)):
        return None
    golden = Golden(path, tuple((name, inputs, outputs) for name, inputs, outputs in rows), facts["weights"])
    held = set(stored.names)
    names = list(islice(golden.arrays(), len(held) + 1))
    return golden if names and len(names) == len(set(names)) and held.issuperset(names) else None


def _is_case(row: object) -> bool:
    """Whether a value is the name of a case with how many inputs and outputs it has, one or more of each."""
    match row:
        case [str(), int(inputs), int(outputs)]:
            return inputs > 0 and outputs > 0
    return False


def write_golden(target: Target, outputs: Path, facts: Mapping[str, object], *read: str | None) -> None:
    """Write a golden file of one model; raises RequestError where it cannot be written or must not be replaced.

    ``read`` are the files that it is made from, no part of which is written to.
    """
    with open_arrays(str(outputs)) as stored, replaced(target, *read) as stream:
        arrays = {name: stored[name] for name in stored.names}
        arrays[FACTS] = np.array(json.dumps({"schema": SCHEMA, **facts}))
        np.savez(stream, allow_pickle=False, **arrays)


def golden_facts(cases: Iterable[Case], outputs: Path, weights: str, keras: str) -> dict[str, object]:
    """The facts that a new golden file is to hold."""
    with open_arrays(str(outputs)) as stored:
        names = stored.names
    told = [
        [case.name, sum(name.startswith(f"{case.name}/input/") for name in names), len(case.outputs)] for case in cases
    ]
    return {"cases": told, "weights": weights, "keras": keras}


def golden_differences(
    golden: Golden, cases: Iterable[Case], outputs: Path, tolerances: Tolerances
) -> Iterator[GoldenDifference]:
    """The difference of each output from the recorded one; raises RequestError where there are more or fewer."""
    given = {case.name: case.outputs for case in cases}
    with open_arrays(golden.path) as old, open_arrays(str(outputs)) as new:
        for name, _, count in golden.cases:
            if count != len(given.get(name, ())):
                raise RequestError(
                    f"{golden.path} was recorded from another model: it has {count} outputs, and this one"
                    f" has {len(given.get(name, ()))}.",
                    "Name the model that it was recorded from, or record it again with --record.",
                )
            for at, output in enumerate(given[name]):
                key = f"{name}/output/{at}"
                yield measured(name, output.name, old[key], new[key], tolerances)


def measured(
    case: str, output: str, old: np.ndarray[Any, Any], new: np.ndarray[Any, Any], tolerances: Tolerances
) -> GoldenDifference:
    """The difference of ``new`` from ``old``: equal infinities and NaN at the same places are no difference."""
    if old.shape != new.shape:
        return GoldenDifference(case, output, new.size, new.size, float("inf"), float("inf"))
    if old.dtype.kind not in _NUMBERS or new.dtype.kind not in _NUMBERS:
        outside = int(np.count_nonzero(_as_bytes(old) != _as_bytes(new)))
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


def _as_bytes(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Values as encoded text, which is what TensorFlow's texts are."""
    return np.char.encode(values, "utf-8", "backslashreplace") if values.dtype.kind == "U" else values.astype("S")
