"""Verdicts: the worker's answers about each file, held against our own reading of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.weights import DescribedWeight, compare_weights
from kerasinspect.errors import RequestError
from kerasinspect.late.dataclasses import replace
from kerasinspect.verify.golden import golden_differences, golden_facts, weights_digest, write_golden
from kerasinspect.verify.reasons import reason
from kerasinspect.verify.results import Case, Forward, InputSpec, Library, Output, Process, Refusal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from kerasinspect.verify.answer_rows import (
        ForwardRow,
        InputRow,
        LibraryRow,
        LoadedRow,
        ProcessRow,
        RefusalRow,
        RefusedRow,
        WeightRow,
    )
    from kerasinspect.verify.golden import Golden
    from kerasinspect.verify.options import Options
    from kerasinspect.verify.process import Answers
    from kerasinspect.verify.reading import Reading
    from kerasinspect.verify.results import Verification


def verdicts(
    readings: Sequence[Reading], given: Answers, options: Options, golden: Golden | None
) -> Iterator[Verification]:
    """A verdict for each file that the worker got to; at least for the first."""
    process = None if given.process is None else process_facts(given.process)
    for number, (reading, result) in enumerate(zip(readings, given.results, strict=False)):
        answer = _answered(reading, result)
        yield replace(_judged(reading, answer, given.outputs(number), options, golden), process=process)
    if given.ending is not None:
        killed = readings[len(given.results)]
        yield replace(killed.answer(), outcome="killed", process=process, ending=given.ending)


def process_facts(row: ProcessRow) -> Process:
    """The process of the worker: its interpreter, libraries and bounds."""
    return Process(
        row["python"],
        tuple(map(_library, row["libraries"])),
        row["import_seconds"],
        row["import_bytes"],
        row["network"],
        row["memory_limit"],
    )


def _answered(reading: Reading, result: LoadedRow | RefusedRow) -> Verification:
    """The answer about one file: why it was refused, or its weights held against ours."""
    refusals = tuple(_refusal(row, reading.custom) for row in result["refusals"])
    answer = replace(reading.answer(), outcome="refused", refusals=refusals, peak_bytes=result["peak_bytes"])
    if result["library"] is None:
        return answer
    return replace(
        answer,
        outcome="verified",
        library=_library(result["library"]),
        weights=compare_weights(reading.weights, _described_by_keras(result["weights"], reading.name)),
        forward=_forward_facts(result["forward"]),
        load_seconds=result["load_seconds"],
    )


def _described_by_keras(rows: Iterable[WeightRow], model_name: str | None) -> tuple[DescribedWeight, ...]:
    """Every weight as the worker wrote it down; one that the model itself owns has the model's name as layer."""
    return tuple(
        DescribedWeight(
            row["index"],
            row["layer"] or model_name or "",
            row["name"],
            tuple(row["shape"]),
            row["dtype"],
            row["sha256"],
        )
        for row in rows
    )


def _judged(
    reading: Reading, answer: Verification, outputs: Path, options: Options, golden: Golden | None
) -> Verification:
    """The verdict on one file; its outputs, where it was loaded, are compared and recorded."""
    forward, weights = answer.forward, answer.weights
    if forward is None or weights is None:
        return answer
    if forward.misfit is not None:
        message = f"{golden.path if golden else options.inputs} does not fit the model: {forward.misfit}."
        raise RequestError(message, "Give each input of the model one array, of its shape and dtype.")
    if forward.error is None:
        digest = weights_digest(reading.weights)
        if golden is not None:
            differences = tuple(golden_differences(golden, forward.cases, outputs, options.tolerances))
            forward = replace(forward, golden=differences, other_weights=golden.weights != digest)
        if options.record is not None and answer.library is not None:
            facts = golden_facts(forward.cases, outputs, digest, answer.library.version)
            write_golden(options.record, outputs, facts, reading.location, options.inputs, options.golden)
    differs = not weights.same_arrays or any(difference.outside for difference in forward.golden or ())
    fails = forward.error is not None and (forward.inputs is not None or options.inputs is not None)
    return replace(answer, forward=forward, outcome="differs" if differs else "fails" if fails else "verified")


def _library(row: LibraryRow) -> Library:
    """A Keras in the worker's interpreter."""
    return Library(row["module"], row["version"], row["tensorflow"])


def _refusal(row: RefusalRow, custom: frozenset[str]) -> Refusal:
    """Why one library did not load the file."""
    return Refusal(_library(row), reason(row["kind"], row["message"], custom), row["message"])


def _forward_facts(told: ForwardRow) -> Forward:
    """The forward passes of one model."""
    inputs = None if told["inputs"] is None else tuple(map(_input_spec, told["inputs"]))
    cases = tuple(
        Case(
            row["name"],
            tuple(Output(out["name"], tuple(out["shape"]), out["dtype"], out["not_finite"]) for out in row["outputs"]),
            row["same_again"],
            row["seconds"],
        )
        for row in told["cases"]
    )
    return Forward(inputs, cases, told["error"], told["misfit"])


def _input_spec(row: InputRow) -> InputSpec:
    """One input of the model."""
    return InputSpec(row["name"], tuple(row["shape"]), row["dtype"])
