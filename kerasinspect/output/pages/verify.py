"""``verify`` as blocks: what the real Keras made of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.names import cut
from kerasinspect.output.blocks import Block, Column, Heading, Paragraph, Row, Table
from kerasinspect.output.wording import bytes_in_words, counted, shape_text
from kerasinspect.verify.reasons import innermost

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.comparison.weights import DescribedWeight, WeightComparison
    from kerasinspect.analysis.stored_code.code_findings import CodeFinding
    from kerasinspect.verify.results import Forward, GoldenDifference, Verification

_OUTCOME_WORDS = {
    "verified": "verified",
    "differs": "differs",
    "fails": "loads, but does not compute",
    "refused": "Keras does not load it",
    "not-loaded": "not loaded",
    "killed": "the worker was killed",
}

_ASPECT_WORDS = {
    "values": "other values",
    "shape": "another shape",
    "dtype": "another dtype",
    "missing in Keras": "in the file, not in Keras",
    "not in the file": "in Keras, not in the file: its values are initial ones",
    "name": "another name",
    "order": "another index in get_weights()",
    "twice in Keras": "a shared layer, which Keras makes two of",
    "never stored": "merged into its kernel when saved; Keras initializes it again",
}

_CODE_WORDS = {
    "lambda-bytecode": "would run",
    "lambda-source": "would run",
    "foreign-module": "would import and call",
    "non-modeling-api": "would call",
    "unsafe-layer-class": "would run what is not in the config:",
    "external-path": "would open another file:",
    "path-traversal": "would leave its folder:",
    "registered-name-mismatch": "names another class than it loads:",
    "custom-class": "needs the custom class",
}

_MESSAGE_SHOWN = 500
"""Characters of Keras's own words on a page; the document has more."""

_LISTED = 20
"""Rows of a table of differences; of more only the number is said."""


def verify_blocks(answer: Verification) -> Iterator[Block]:
    """The page of ``verify``."""
    facts = [
        answer.model_format,
        f"saved by Keras {answer.saved_by}" if answer.saved_by else "Keras version not stored",
    ]
    yield Heading(answer.location, 1, "model", tuple(facts))
    verdict = f"{_OUTCOME_WORDS[answer.outcome]}{_by_what(answer)}"
    yield Paragraph(verdict) if answer.exit_status == 0 else Paragraph(verdict, "warning")
    if answer.outcome == "not-loaded" and answer.code:
        yield Paragraph("The file holds code or leads to other files; loading it would run or open these:")
    elif answer.outcome == "not-loaded":
        yield Paragraph("Its config cannot be read, so it is unknown what loading it would do.")
    yield from (Paragraph(f"  {_code_sentence(finding)}", "warning") for finding in answer.code)
    if answer.outcome == "not-loaded":
        yield Paragraph("If you trust whoever made the file, load it with --unsafe.")
    for refusal in answer.refusals:
        library = refusal.library
        yield Paragraph(f"{library.module} {library.version}: {refusal.reason}", "warning")
        yield Paragraph(f"  {_in_short(refusal.message)}", "quiet")
    if answer.ending is not None:
        yield Paragraph(answer.ending, "warning")
    if answer.weights is not None:
        yield from _weights(answer.weights)
    if answer.forward is not None:
        yield from _forward(answer.forward)
    yield from _process(answer)


def _code_sentence(finding: CodeFinding) -> str:
    """What one finding would do when the file is loaded."""
    if finding.more:
        return f"{finding.where}: {finding.detail}"
    digest = f" (SHA-256 {finding.sha256})" if finding.sha256 else ""
    return f"{finding.where} {_CODE_WORDS[finding.kind]} {finding.detail}{digest}"


def _in_short(message: str) -> str:
    """Keras's own words on one line, as far as they tell what is the matter."""
    return cut(" ".join(innermost(message).split()), _MESSAGE_SHOWN, " ...")


def _by_what(answer: Verification) -> str:
    """The Keras that loaded the file."""
    library = answer.library
    if library is None:
        return ""
    legacy = ", which reads legacy files that Keras refuses" if answer.refusals else ""
    return f": {library.module} {library.version} on TensorFlow {library.tensorflow} loads it{legacy}"


def _weights(weights: WeightComparison) -> Iterator[Block]:
    """How many arrays agree, and each that does not."""
    same = " in path, order, shape, dtype and bytes" if weights.equal == weights.compared else ""
    yield Paragraph(f"weights: {weights.equal} of {counted(weights.compared, 'array')} equal{same}")
    rows = tuple(
        Row((_ASPECT_WORDS[difference.aspect], _weight(difference.ours), _weight(difference.theirs)))
        for difference in weights.differences[:_LISTED]
    )
    if rows:
        yield Table((Column("difference"), Column("in the file", shrinks=True), Column("in Keras", shrinks=True)), rows)
    if len(weights.differences) > _LISTED:
        yield Paragraph(f"and {counted(len(weights.differences) - _LISTED, 'difference')} more", "quiet")


def _weight(weight: DescribedWeight | None) -> str:
    """One side of a difference."""
    if weight is None:
        return ""
    index = "" if weight.index is None else f"[{weight.index}] "
    return f"{index}{weight.path} {shape_text(weight.shape)} {weight.dtype}"


def _forward(forward: Forward) -> Iterator[Block]:
    """What went in, what came out, and how that stands to what was recorded."""
    if forward.inputs:
        inputs = ", ".join(f"{spec.name} {shape_text(spec.shape)} {spec.dtype}" for spec in forward.inputs)
        yield Paragraph(f"inputs: {inputs}")
    if forward.error is not None:
        yield Paragraph(f"no forward pass: {_in_short(forward.error)}", "warning")
    rows = tuple(
        Row(
            (
                case.name,
                output.name,
                shape_text(output.shape),
                output.dtype,
                "yes" if not output.not_finite else f"no: {output.not_finite:,} values",
                "yes" if case.same_again else "no",
                f"{1000 * case.seconds:.0f} ms",
            )
        )
        for case in forward.cases
        for output in case.outputs
    )
    if rows:
        titles = ("inputs of", "output", "shape", "dtype", "finite", "reproducible")
        yield Table((*map(Column, titles), Column("time", numeric=True)), rows)
    if forward.golden is not None:
        yield from _golden(forward.golden, other_weights=forward.other_weights)


def _golden(differences: tuple[GoldenDifference, ...], *, other_weights: bool) -> Iterator[Block]:
    """How far each output is from the recorded one."""
    if other_weights:
        yield Paragraph("The golden file was recorded with other weights than this file has.", "warning")
    columns = (
        Column("golden"),
        Column("output"),
        Column("outside tolerance", numeric=True),
        Column("of", numeric=True),
        Column("largest difference", numeric=True),
        Column("relative", numeric=True),
    )
    yield Table(
        columns,
        tuple(
            Row(
                (
                    difference.case,
                    difference.output,
                    f"{difference.outside:,}",
                    f"{difference.values:,}",
                    f"{difference.largest:.3g}",
                    f"{difference.largest_relative:.3g}",
                )
            )
            for difference in differences
        ),
    )


def _process(answer: Verification) -> Iterator[Block]:
    """What it took, and what the worker was kept from."""
    process = answer.process
    if process is None:
        return
    facts = [
        f"Python {process.python}",
        f"import {process.import_seconds:.1f} s",
        "" if answer.load_seconds is None else f"load {answer.load_seconds:.2f} s",
        "" if answer.peak_bytes is None else f"memory {bytes_in_words(answer.peak_bytes)}",
        "no network" if process.network == "none" else f"network not cut off: {process.network}",
        "" if process.memory_limit else "memory limit not enforced",
    ]
    yield Paragraph(" · ".join(filter(None, facts)), "quiet")
