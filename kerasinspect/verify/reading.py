"""Our own reading of a file, before Keras sees it: its weights, and whether loading it would run or open anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.comparison.weights import DescribedWeight, described_by_us
from kerasinspect.analysis.stored_code.code_findings import HARMLESS_KINDS, CodeFinding
from kerasinspect.analysis.stored_code.code_in_config import classes_of_keras, code_in_model
from kerasinspect.checking.evidence import Evidence
from kerasinspect.checking.rules import safety
from kerasinspect.errors import RequestError
from kerasinspect.formats.container_facts import checksum_nbytes, container_facts, wrong_checksum
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import DEFAULT, Limits, check_inflation
from kerasinspect.opening import open_with_container
from kerasinspect.progress import expect
from kerasinspect.verify.results import Verification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from kerasinspect.analysis.stored_code.code_findings import CodeKind
    from kerasinspect.checking.rule import Hit, Thresholds
    from kerasinspect.formats.contents import Container
    from kerasinspect.model import FormatName, Model

_WHOLE_MODELS: tuple[FormatName, ...] = ("keras-archive", "legacy-hdf5")
"""Formats that hold a config, without which Keras cannot build a model."""
_CHECKPOINTS: tuple[FormatName, ...] = ("tf-checkpoint", "orbax-checkpoint")
"""Formats of what is restored into a model, whether a config lies beside it or not."""

_WEIGHTS_ALONE: tuple[FormatName, ...] = ("keras-weights", "keras-weights-sharded", "legacy-hdf5-weights")
"""Formats that Keras loads into a model that it built from a config."""

_OUTSIDE: tuple[tuple[Callable[[Evidence, Thresholds], Iterator[Hit]], CodeKind], ...] = (
    (safety.link, "external-path"),
    (safety.external_storage, "external-path"),
    (safety.pickled_weights, "unsafe-layer-class"),
    (safety.path_traversal, "path-traversal"),
)
"""Rules about a file as a container, each with what a loader would do about its findings."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Facts about a file before Keras sees it."""

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
        """The verdict without Keras: not loaded."""
        return Verification(
            self.location, self.model_format, self.saved_by, "not-loaded", code=self.code, damage=self.damage
        )


def read(location: str, limits: Limits = DEFAULT, config: str | None = None) -> Reading:
    """Read a file ourselves, with every value, joined to the ``config`` that lies in another file.

    Raises RequestError where that makes no whole model.
    """
    model, container = open_with_container(location, limits, config=config)
    with model:
        if model.format not in (_WHOLE_MODELS if config is None else _WEIGHTS_ALONE):
            raise _not_built(location, model.format)
        _require_bounded(model, container, limits)
        custom = {layer.class_name for layer in model.walk() if not layer.known}
        custom |= {model.class_name} if model.class_name else set()
        expect(checksum_nbytes(container) + model.nbytes)
        evidence = Evidence(model, container_facts(container))
        return Reading(
            location,
            model.format,
            model.name,
            model.keras_version,
            described_by_us(model),
            (*code_in_model(model), *_ways_out(evidence)),
            frozenset(custom - {"Functional", "Model", "Sequential"}) - classes_of_keras(model),
            tuple(dict.fromkeys((*model.damage, *wrong_checksum(model, evidence.container)))),
            model.config is not None,
        )


def _not_built(location: str, form: FormatName) -> RequestError:
    """The error for a file from which Keras cannot build a model, or would only by running what lies in it."""
    if form == "saved-model":
        return RequestError(
            f"{location} is a SavedModel, which brings a graph of its own that would run: verify loads none.",
            "Give verify a .keras or .h5 file of the model; check and diff read the SavedModel without running it.",
        )
    if form in _CHECKPOINTS:
        return RequestError(
            f"{location} is a checkpoint ({form}), which Keras restores into a model that is there already.",
            "Save the model that has it restored as .keras and give verify that; check and diff read the checkpoint.",
        )
    if form == "keras-hub-preset":
        return RequestError(
            f"{location} is a preset, which keras_hub loads and Keras alone does not: verify runs none.",
            "Load it with keras_hub and save it as .keras; check and diff read the preset.",
        )
    return RequestError(
        f"{location} holds weights only ({form}): Keras cannot build a model from it.",
        "Give verify the file of the whole model, or with --config the architecture of weights in HDF5.",
    )


def _require_bounded(model: Model, container: Container, limits: Limits) -> None:
    """Raise RefusedFile for a model of which Keras would unpack far more than its file has bytes.

    Keras unpacks the members of an archive and reads every array whole, whatever they declare.
    """
    members = () if container.archive is None else container.archive.entries
    arrays = (*(weight.array for weight in model.weights), *(extra.array for extra in model.extras))
    unpacked = sum(member.size for member in members) + sum(array.nbytes for array in arrays)
    check_inflation(container.nbytes, unpacked, limits, "unpacked_ratio", model.location)


def _ways_out(evidence: Evidence) -> Iterator[CodeFinding]:
    """Findings about the file, other than its config, that make a loader open other files or unpickle something."""
    for rule, kind in _OUTSIDE:
        yield from (CodeFinding(kind, hit.where, hit.message.removesuffix(".")) for hit in rule(evidence, {}))
