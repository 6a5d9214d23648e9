"""What the real Keras makes of a model: the answer of ``verify``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.late.dataclasses import dataclass

if TYPE_CHECKING:
    from kerasinspect.analysis.comparison.weights import WeightComparison
    from kerasinspect.analysis.stored_code.code_findings import CodeFinding
    from kerasinspect.model import FormatName

Outcome: TypeAlias = Literal["verified", "differs", "fails", "refused", "not-loaded", "killed"]
"""
``verified``: it loads, every array arrives unchanged, and it computes;
``differs``: an array or a golden output is another one;
``fails``: it loads but its forward pass raises;
``refused``: Keras does not load it;
``not-loaded``: the file holds code and nobody said that it may run;
``killed``: the worker process came to an end before it had an answer.
"""

_EXIT_STATUS: dict[Outcome, int] = {
    "verified": 0,
    "differs": 1,
    "fails": 1,
    "refused": 1,
    "not-loaded": 1,
    "killed": 3,
}

_DAMAGED = 3
"""The exit status of an answer about a file that could be read in part only."""


@dataclass(frozen=True, slots=True)
class Library:
    """A Keras in the worker's interpreter."""

    module: str
    """keras or tf_keras."""
    version: str
    tensorflow: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a Keras did not load the file."""

    library: Library
    reason: str
    """One sentence of ours."""
    message: str
    """Keras's own words."""


@dataclass(frozen=True, slots=True)
class InputSpec:
    """One input of the model."""

    name: str
    shape: tuple[int | None, ...]
    dtype: str


@dataclass(frozen=True, slots=True)
class Output:
    """One output of one case."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    not_finite: int
    """NaN and infinities among its values."""


@dataclass(frozen=True, slots=True)
class GoldenDifference:
    """How far one output is from the recorded one."""

    case: str
    output: str
    values: int
    outside: int
    """Values further off than the tolerances allow; all, where the shapes are not the same."""
    largest: float
    """The largest absolute difference; infinite where only one side is finite, or the shapes differ."""
    largest_relative: float


@dataclass(frozen=True, slots=True)
class Case:
    """One forward pass."""

    name: str
    """zeros, ones, random, or input for the user's own."""
    outputs: tuple[Output, ...]
    same_again: bool
    """Whether a second run gave the same bits."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Forward:
    """The forward passes of one model."""

    inputs: tuple[InputSpec, ...] | None
    """None where the model has no input spec."""
    cases: tuple[Case, ...]
    error: str | None = None
    """Why there are no, or not all, cases."""
    misfit: str | None = None
    """Why the inputs that were given are not such as the model takes."""
    golden: tuple[GoldenDifference, ...] | None = None
    """None without a golden file."""
    other_weights: bool = False
    """The golden file was recorded with other weights."""


@dataclass(frozen=True, slots=True)
class Process:
    """The worker and what bounded it."""

    python: str
    libraries: tuple[Library, ...]
    import_seconds: float
    import_bytes: int | None
    network: str
    """none, or why it could not be taken away."""
    memory_limit: int | None
    """Bytes; None where the system does not enforce one."""


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer of ``verify`` for one model."""

    location: str
    model_format: FormatName
    saved_by: str | None
    """The Keras version in the file."""
    outcome: Outcome
    code: tuple[CodeFinding, ...] = ()
    process: Process | None = None
    library: Library | None = None
    """The one that loaded it."""
    refusals: tuple[Refusal, ...] = ()
    weights: WeightComparison | None = None
    forward: Forward | None = None
    load_seconds: float | None = None
    peak_bytes: int | None = None
    ending: str | None = None
    """How the worker was killed, and the last that it said."""
    damage: tuple[str, ...] = ()
    """Parts of the file that we could not read."""

    @property
    def exit_status(self) -> int:
        """The exit status of the command."""
        return _DAMAGED if self.damage else _EXIT_STATUS[self.outcome]
