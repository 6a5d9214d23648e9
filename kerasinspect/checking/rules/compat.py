"""The rule about Keras versions that a model has to load in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.checking.rule import Hit
from kerasinspect.knowledge.keras_versions import version_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect.analysis.compat.results import Obstacle
    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import Thresholds


def refused_config(evidence: Evidence, thresholds: Thresholds) -> Iterator[Hit]:
    """A Keras version that the model has to load in refuses its config.

    A class that came later, or a key that it knows nothing of, even one at its default, ends `load_model` with an
    error. Which version is meant is set by `check --for-keras 3.10`, or by the thresholds; every release of it counts.
    `kerasinspect compat` shows all versions. Custom classes are not judged.

    Save the model with that version of Keras or an older one, or take the keys out of its config.
    """
    from kerasinspect.analysis.compat.judging import compatibility  # noqa: PLC0415 - few runs ask

    asked = int(thresholds["major"]), int(thresholds["minor"])
    refused: dict[Obstacle, list[str]] = {}
    for answer in compatibility(evidence.model).answers:
        if version_of(answer.version) == asked:
            for obstacle in answer.obstacles:
                refused.setdefault(obstacle, []).append(answer.version)
    for obstacle, versions in refused.items():
        yield Hit(obstacle.layer or evidence.name, _message(obstacle, versions))


def _message(obstacle: Obstacle, versions: Sequence[str]) -> str:
    """What some releases refuse."""
    value = f" ({obstacle.value})" if obstacle.value else ""
    words: Mapping[str, str] = {
        "class": f"the class {obstacle.class_name}",
        "key": f"the key {obstacle.key}{value} of {obstacle.class_name}",
        "word": f"the name {obstacle.value} at {obstacle.key}",
        "name": "a slash in the name of a layer",
        "graph": f"what {obstacle.key} says",
    }
    compiling = " when it compiles the model" if obstacle.compiling else ""
    verb = "does" if len(versions) == 1 else "do"
    return f"Keras {', '.join(versions)} {verb} not take {words[obstacle.kind]}{compiling}."
