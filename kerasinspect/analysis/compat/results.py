"""What is found out about a config and the releases of Keras, as values."""

from __future__ import annotations

from typing import Literal, TypeAlias

from kerasinspect.late.dataclasses import dataclass

Verdict: TypeAlias = Literal["accepts", "accepts uncompiled", "refuses", "not told"]
"""``accepts uncompiled``: what is refused belongs to compiling, which ``load_model(..., compile=False)`` leaves out."""

ObstacleKind: TypeAlias = Literal["class", "key", "word", "name", "graph"]
"""What a release does not take: a class, a key of a class, a name that stands for a function, a slash in a layer's
name, or how layers are listed and joined, which no release makes a model of again."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One thing in a config that some releases refuse."""

    kind: ObstacleKind
    layer: str
    """The layer's path; the model's own name where it belongs to no layer."""
    class_name: str
    """The class whose config it is in, with its module where the file tells it."""
    key: str
    """Dots lead into what a key holds; empty where it is the class itself."""
    value: str
    """What stands there, as JSON; empty where that is no short value."""
    compiling: bool
    """Whether it is only met where the model is compiled."""
    taken_by: int
    """The set of releases that take it."""


@dataclass(frozen=True, slots=True)
class ReleaseAnswer:
    """What one release makes of the config."""

    version: str
    verdict: Verdict
    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True)
class Compatibility:
    """What every release in the table makes of the config."""

    answers: tuple[ReleaseAnswer, ...]
    """In ascending order of the versions."""
    obstacles: tuple[Obstacle, ...]
    """All that stop at least one release, in the order of the config."""
    untold: tuple[str, ...]
    """Classes and functions of which the table says nothing, such as custom ones, and code."""
