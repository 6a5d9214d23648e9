"""The page and the document of ``verify`` say all that was found."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest

from kerasinspect.analysis.comparison.weights import DescribedWeight, compare_weights
from kerasinspect.analysis.stored_code.code_findings import CodeFinding
from kerasinspect.output.documents.verify import verify_document
from kerasinspect.output.formats.json import write_json
from kerasinspect.output.formats.terminal import write_text
from kerasinspect.output.pages.verify import verify_blocks
from kerasinspect.verify.results import (
    Case,
    Forward,
    GoldenDifference,
    InputSpec,
    Library,
    Output,
    Process,
    Refusal,
    Verification,
)
from tests.described import assert_described

if TYPE_CHECKING:
    from kerasinspect.verify.results import Outcome

KERAS = Library("keras", "3.15.1", "2.21.0")
TF_KERAS = Library("tf_keras", "2.21.0", "2.21.0")
PROCESS = Process("3.11.7", (KERAS,), 3.25, 500_000_000, "Operation not permitted", None)
KERNEL = DescribedWeight(0, "dense", "kernel", (8, 5), "float32", "aa")
OTHER = DescribedWeight(0, "dense", "kernel", (8, 5), "float32", "bb")


def answer(outcome: Outcome, **facts: object) -> Verification:
    """An answer about one file."""
    return Verification("model.h5", "legacy-hdf5", "2.15.0", outcome, **facts)  # type: ignore[arg-type]


LOADED = answer(
    "differs",
    process=PROCESS,
    library=TF_KERAS,
    refusals=(Refusal(KERAS, "This Keras does not know Odd.", "Unknown layer:\n  'Odd'"),),
    weights=compare_weights([KERNEL], [OTHER]),
    forward=Forward(
        (InputSpec("words", (None, 12), "int32"),),
        (Case("zeros", (Output("output", (2, 1), "float32", 1),), same_again=False, seconds=0.0123),),
        golden=(GoldenDifference("zeros", "output", 2, 1, float("inf"), float("inf")),),
        other_weights=True,
    ),
    load_seconds=0.5,
    peak_bytes=600_000_000,
)

PAGE = """\
model model.h5 · legacy-hdf5 · saved by Keras 2.15.0
differs: tf_keras 2.21.0 on TensorFlow 2.21.0 loads it, which reads legacy files that Keras refuses
keras 3.15.1: This Keras does not know Odd.
  Unknown layer: 'Odd'
weights: 0 of 1 array equal
difference    in the file                    in Keras
other values  [0] dense/kernel (8, 5) float32  [0] dense/kernel (8, 5) float32
inputs: words (None, 12) int32
inputs of  output  shape   dtype    finite        reproducible   time
zeros      output  (2, 1)  float32  no: 1 values  no            12 ms
The golden file was recorded with other weights than this file has.
golden  output  outside tolerance  of  largest difference  relative
zeros   output        1   2                 inf       inf
Python 3.11.7 · import 3.2 s · load 0.50 s · memory 600 MB · network not cut off: Operation not permitted · \
memory limit not enforced
"""


def page(shown: Verification) -> str:
    """The page without its empty lines."""
    stream = io.StringIO()
    write_text(verify_blocks(shown), stream)
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines() if line.strip()) + "\n"


def test_the_page_says_everything() -> None:
    """Who refused and who loaded it, each difference, each case, and what could not be kept from the worker."""
    assert page(LOADED).split() == PAGE.split()


def test_the_document_is_strict_json() -> None:
    """Infinite differences are null, and every part is there."""
    stream = io.StringIO()
    write_json(verify_document(LOADED), stream)
    document = json.loads(stream.getvalue())
    assert_described(document)
    assert document["exit_status"] == 1
    assert document["weights"]["differences"][0]["aspect"] == "values"
    assert document["forward"]["golden"][0]["largest"] is None


def test_code_is_said_with_what_it_would_do() -> None:
    """A file that is not loaded says what would run, and which option lets it."""
    code = (CodeFinding("lambda-bytecode", "config.layers[0]", "9 bytes of Python bytecode", 9, "ab"),)
    text = page(answer("not-loaded", code=code))
    assert "config.layers[0] would run 9 bytes of Python bytecode (SHA-256 ab)" in text
    assert "--unsafe" in text


@pytest.mark.parametrize(
    ("outcome", "status"), [("verified", 0), ("fails", 1), ("refused", 1), ("not-loaded", 1), ("killed", 3)]
)
def test_exit_statuses(outcome: Outcome, status: int) -> None:
    """Each outcome has its status; a file that was read in part is 3 whatever came of it."""
    assert answer(outcome).exit_status == status
    assert answer(outcome, damage=("dense/kernel is cut off",)).exit_status == 3


def test_a_killed_worker_is_told() -> None:
    """How it ended stands on the page."""
    assert "It was killed by SIGSEGV." in page(answer("killed", ending="It was killed by SIGSEGV."))
