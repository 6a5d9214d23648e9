"""Verifies models with the real Keras on TensorFlow, in a process of its own: a second opinion on our reading.

::

    from kerasinspect.verify import verify

    answer = verify("model.keras")
    print(answer.outcome, answer.weights.equal)

Nothing here imports Keras; ``worker.py`` does, and only its process runs it. A file with code in it is not loaded
unless the caller says so.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from kerasinspect.analysis.comparison.weights import (
    DescribedWeight,
    compare_weights,
    described_by_keras,
    described_by_us,
)
from kerasinspect.analysis.stored_code.code_findings import HARMLESS_KINDS, CodeFinding
from kerasinspect.analysis.stored_code.code_in_config import classes_of_keras, code_in_model
from kerasinspect.checking.evidence import Evidence
from kerasinspect.checking.rules import safety
from kerasinspect.errors import RequestError
from kerasinspect.formats.container_facts import container_facts
from kerasinspect.formats.weights_checksum import wrong_checksum
from kerasinspect.limits import DEFAULT, Limits, check_inflation
from kerasinspect.opening import open_with_container
from kerasinspect.verify.golden import (
    Golden,
    Tolerances,
    golden_differences,
    golden_facts,
    read_golden,
    require_inputs,
    weights_digest,
    write_golden,
)
from kerasinspect.verify.process import Answers, Bounds, Request, Task, answers
from kerasinspect.verify.reasons import reason
from kerasinspect.verify.results import (
    Case,
    Forward,
    InputSpec,
    Library,
    Output,
    Process,
    Refusal,
    Verification,
)
from kerasinspect.writing import Target, require_replaceable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from kerasinspect.analysis.stored_code.code_findings import CodeKind
    from kerasinspect.checking.findings import Hit, Thresholds
    from kerasinspect.formats.contents import Container
    from kerasinspect.model import FormatName, Model

    Json = dict[str, Any]

__all__ = ["Bounds", "Options", "Tolerances", "verify", "verify_all"]

WHOLE_MODELS: tuple[FormatName, ...] = ("keras-archive", "legacy-hdf5")
"""Formats that hold a config, without which Keras cannot build a model."""

OUTSIDE: tuple[tuple[Callable[[Evidence, Thresholds], Iterator[Hit]], CodeKind], ...] = (
    (safety.link, "external-path"),
    (safety.external_storage, "external-path"),
    (safety.pickled_weights, "unsafe-layer-class"),
    (safety.path_traversal, "path-traversal"),
)
"""What ``check`` asks of a file as a container, and what a loader would do with what that finds."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked of ``verify``."""

    python: str = sys.executable
    """The interpreter whose Keras is asked."""
    unsafe: bool = False
    """Load files with code in them, and let that code run."""
    custom_objects: tuple[str, ...] = ()
    """Modules that define the user's own layers."""
    inputs: str | None = None
    """An npz file with inputs."""
    record: Target | None = None
    """Where to keep inputs and outputs."""
    golden: str | None = None
    """Kept inputs and outputs to hold the model against."""
    tolerances: Tolerances = field(default_factory=Tolerances)
    bounds: Bounds = field(default_factory=Bounds)
    limits: Limits = DEFAULT
    """How much of a file is read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What we know of a file before Keras sees it."""

    location: str
    model_format: FormatName
    name: str | None
    saved_by: str | None
    weights: tuple[DescribedWeight, ...]
    code: tuple[CodeFinding, ...]
    custom: frozenset[str]
    """Classes that are not Keras's own."""
    damage: tuple[str, ...]
    has_config: bool
    """Whether it has one that we can read: nobody else's reading of it is trusted."""

    @property
    def is_loaded(self) -> bool:
        """Whether loading it runs and opens nothing, as far as we can read it, and we can."""
        return self.has_config and all(finding.kind in HARMLESS_KINDS for finding in self.code)

    def answer(self) -> Verification:
        """What can be said without Keras: that it was not loaded."""
        return Verification(
            self.location, self.model_format, self.saved_by, "not-loaded", code=self.code, damage=self.damage
        )


def verify(location: str, options: Options | None = None) -> Verification:
    """Load one model with the real Keras, compare every array with our own reading, and run it.

    Raises RequestError where the request cannot be met, MissingExtra where Keras is not installed, and UnreadableFile
    where the file is no model.
    """
    return verify_all([location], options)[0]


def verify_all(locations: Sequence[str], options: Options | None = None) -> list[Verification]:
    """Verify several models; one process loads as many as it survives."""
    asked = options or Options()
    require_replaceable(asked.record, *locations, asked.inputs, asked.golden)
    golden = None if asked.golden is None else read_golden(asked.golden, asked.limits)
    if asked.inputs is not None:
        require_inputs(asked.inputs, asked.limits)
    readings = [read(location, asked.limits) for location in locations]
    found = {reading.location: reading.answer() for reading in readings}
    waiting = [reading for reading in readings if asked.unsafe or reading.is_loaded]
    while waiting:
        request = Request(
            tuple(task(reading, asked, golden) for reading in waiting),
            asked.python,
            asked.unsafe,
            asked.custom_objects,
            asked.bounds,
        )
        with answers(request) as given:
            done = list(verdicts(waiting, given, asked, golden))
        found |= {verdict.location: verdict for verdict in done}
        waiting = waiting[len(done) :]
    return [found[location] for location in locations]


def read(location: str, limits: Limits = DEFAULT) -> Reading:
    """Read a file ourselves, with every value; raises RequestError where it holds no whole model."""
    model, container = open_with_container(location, limits)
    with model:
        if model.format not in WHOLE_MODELS:
            raise RequestError(
                f"{location} holds weights only ({model.format}): Keras cannot build a model from it.",
                "Give verify the file of the whole model.",
            )
        require_bounded(model, container, limits)
        custom = {layer.class_name for layer in model.walk() if not layer.known}
        custom |= {model.class_name} if model.class_name else set()
        evidence = Evidence(model, container_facts(container))
        return Reading(
            location,
            model.format,
            model.name,
            model.keras_version,
            described_by_us(model),
            (*code_in_model(model), *ways_out(evidence)),
            frozenset(custom - {"Functional", "Model", "Sequential"}) - classes_of_keras(model),
            tuple(dict.fromkeys((*model.damage, *wrong_checksum(model, evidence.container)))),
            model.config is not None,
        )


def require_bounded(model: Model, container: Container, limits: Limits) -> None:
    """Raise RefusedFile for a model of which Keras would unpack far more than its file has bytes.

    Keras unpacks the members of an archive and reads every array whole, whatever they declare.
    """
    members = () if container.archive is None else container.archive.entries
    arrays = (*(weight.array for weight in model.weights), *(extra.array for extra in model.extras))
    unpacked = sum(member.size for member in members) + sum(array.nbytes for array in arrays)
    check_inflation(container.nbytes, unpacked, limits, "unpacked_ratio", model.location)


def ways_out(evidence: Evidence) -> Iterator[CodeFinding]:
    """What in the file, other than its config, would make a loader open other files or unpickle something."""
    for rule, kind in OUTSIDE:
        yield from (CodeFinding(kind, hit.where, hit.message.removesuffix(".")) for hit in rule(evidence, {}))


def task(reading: Reading, options: Options, golden: Golden | None) -> Task:
    """What the worker is to do with one file."""
    of_keras_3 = (reading.saved_by or "").partition(".")[0] == "3"
    if golden is not None:
        return Task(reading.location, not of_keras_3, golden.path, golden.input_names)
    return Task(reading.location, not of_keras_3, options.inputs)


def verdicts(
    readings: Sequence[Reading], given: Answers, options: Options, golden: Golden | None
) -> Iterator[Verification]:
    """A verdict for each file that the worker got to; at least for the first."""
    process = None if given.process is None else process_facts(given.process)
    for number, (reading, result) in enumerate(zip(readings, given.results, strict=False)):
        answer = answered(reading, result)
        yield replace(judged(reading, answer, given.outputs(number), options, golden), process=process)
    if given.ending is not None:
        killed = readings[len(given.results)]
        yield replace(killed.answer(), outcome="killed", process=process, ending=given.ending)


def process_facts(row: Json) -> Process:
    """What the worker says of itself."""
    return Process(
        row["python"],
        tuple(Library(**facts) for facts in row["libraries"]),
        row["import_seconds"],
        row["import_bytes"],
        row["network"],
        row["memory_limit"],
    )


def answered(reading: Reading, result: Json) -> Verification:
    """What the worker says of one file, with its weights held against ours."""
    refusals = tuple(refusal(row, reading.custom) for row in result["refusals"])
    answer = replace(reading.answer(), outcome="refused", refusals=refusals, peak_bytes=result["peak_bytes"])
    if result["library"] is None:
        return answer
    return replace(
        answer,
        outcome="verified",
        library=Library(**result["library"]),
        weights=compare_weights(reading.weights, described_by_keras(result["weights"], reading.name)),
        forward=forward_facts(result["forward"]),
        load_seconds=result["load_seconds"],
    )


def judged(
    reading: Reading, answer: Verification, outputs: Path, options: Options, golden: Golden | None
) -> Verification:
    """The verdict on one file; its outputs, where it was loaded, are compared and recorded."""
    forward, weights, library = answer.forward, answer.weights, answer.library
    if forward is None or weights is None or library is None:
        return answer
    if forward.misfit is not None:
        raise RequestError(f"{golden.path if golden else options.inputs} does not fit the model: {forward.misfit}.")
    digest = weights_digest(reading.weights)
    if forward.error is None:
        if golden is not None:
            differences = tuple(golden_differences(golden, forward.cases, outputs, options.tolerances))
            forward = replace(forward, golden=differences, other_weights=golden.weights != digest)
        if options.record is not None:
            facts = golden_facts(forward.cases, outputs, digest, library.version)
            write_golden(options.record, outputs, facts, reading.location, options.inputs, options.golden)
    differs = not weights.same_arrays or any(difference.outside for difference in forward.golden or ())
    fails = forward.error is not None and (forward.inputs is not None or options.inputs is not None)
    return replace(answer, forward=forward, outcome="differs" if differs else "fails" if fails else "verified")


def refusal(row: Json, custom: frozenset[str]) -> Refusal:
    """Why one library did not load the file."""
    library = Library(row["module"], row["version"], row["tensorflow"])
    return Refusal(library, reason(row["kind"], row["message"], custom), row["message"])


def forward_facts(told: Json) -> Forward:
    """What the worker says of the forward passes."""
    inputs = told["inputs"] and tuple(
        InputSpec(row["name"], tuple(row["shape"]), row["dtype"]) for row in told["inputs"]
    )
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
