"""``compatibility``: which releases of Keras accept the config of a model, and what stops the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.analysis.compat.demands import Untold, demands_of
from kerasinspect.analysis.compat.results import Compatibility, Obstacle, ReleaseAnswer
from kerasinspect.errors import RequestError
from kerasinspect.knowledge.releases.table import known_releases

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kerasinspect.analysis.compat.results import Verdict
    from kerasinspect.model.saved import Model


def compatibility(model: Model) -> Compatibility:
    """What every release in the table makes of the config; raises RequestError where the file has none."""
    if model.config is None:
        raise _without_config(model)
    in_archive = model.format == "keras-archive"
    demands = [*demands_of(model.config, model.training_config, in_archive=in_archive)]
    obstacles = tuple(dict.fromkeys(one for one in demands if isinstance(one, Obstacle)))
    untold = tuple(dict.fromkeys(one.name for one in demands if isinstance(one, Untold)))
    return Compatibility(tuple(_answers(obstacles, told=not untold)), obstacles, untold)


def _without_config(model: Model) -> RequestError:
    """The error for a file that says nothing of how its layers are made."""
    if model.format == "saved-model":
        return RequestError(
            f"{model.location} is a SavedModel without a config: Keras 3 runs its graph in a keras.layers.TFSMLayer, "
            "and makes no model of it.",
            "Name the .keras file that it was exported from, or join its architecture with --config.",
        )
    return RequestError(
        f"{model.location} has weights and no config, and any Keras that builds their layers may load it.",
        "Name a file of the whole model, or join its architecture with --config.",
    )


def _answers(obstacles: Sequence[Obstacle], *, told: bool) -> list[ReleaseAnswer]:
    """What each release makes of it."""
    answers = []
    for number, version in enumerate(known_releases().versions):
        met = tuple(one for one in obstacles if not one.taken_by >> number & 1)
        answers.append(ReleaseAnswer(version, _verdict(met, told=told), met))
    return answers


def _verdict(met: Sequence[Obstacle], *, told: bool) -> Verdict:
    """What follows from the obstacles that a release meets."""
    if any(not one.compiling for one in met):
        return "refuses"
    if not told:
        return "not told"
    return "accepts uncompiled" if met else "accepts"


def asked_of(found: Compatibility, wanted: Sequence[str]) -> list[ReleaseAnswer]:
    """The answers of the wanted releases, each once, in the order of the versions that were asked for.

    Raises RequestError for a version that the table does not have.
    """
    meant = {answer.version: answer for version in wanted for answer in _releases_of(found, version)}
    return [*meant.values()]


def refused_by(asked: Iterable[ReleaseAnswer]) -> list[ReleaseAnswer]:
    """Those of some releases that refuse the config, compiling included."""
    return [answer for answer in asked if answer.obstacles]


def _releases_of(found: Compatibility, version: str) -> list[ReleaseAnswer]:
    """The answers of the releases that a version means: ``3.10`` is 3.10.0 and all its patches."""
    meant = [one for one in found.answers if one.version == version or one.version.startswith(f"{version}.")]
    if not meant:
        first, last = found.answers[0].version, found.answers[-1].version
        message = f"Keras {version} is not in the table, which has the releases from {first} to {last}."
        raise RequestError(message, "Name one of them, or a minor version such as 3.10 for all of its releases.")
    return meant
