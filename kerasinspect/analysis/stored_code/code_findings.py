"""Findings about a config: objects that make a loader run, import or open something."""

from __future__ import annotations

from dataclasses import field
from typing import Literal, TypeAlias

from kerasinspect.late.dataclasses import dataclass

CodeKind: TypeAlias = Literal[
    "lambda-bytecode",
    "lambda-source",
    "foreign-module",
    "non-modeling-api",
    "unsafe-layer-class",
    "external-path",
    "path-traversal",
    "registered-name-mismatch",
    "custom-class",
]

HARMLESS_KINDS: frozenset[CodeKind] = frozenset({"registered-name-mismatch", "custom-class"})
"""Kinds that make no loader run or open anything by themselves: Keras refuses them until it is given the class."""


@dataclass(frozen=True, slots=True)
class CodeFinding:
    """One object of a config that makes a loader run, import or open something."""

    kind: CodeKind
    where: str
    """The place in the config: ``config.layers[2].config.function``."""
    detail: str
    """What it is and would do, in words; names are as the file has them."""
    size: int | None = None
    """Bytes of code, where the code itself is in the file."""
    sha256: str | None = None
    """Of that code."""
    stored: str = field(default="", repr=False)
    """The code itself as the file has it, untrusted: to be measured and read, never run and never unmarshalled."""
    name: str = ""
    """Of a custom class or function, and of an unsafe class: what it is called, without its package."""
    package: str = ""
    """Of a custom class or function: what has to be installed or registered for it, as far as the config says it."""
    more: int = 0
    """How many objects this one stands for, which are not listed one by one; 0 for one of its own."""
    names: tuple[str, ...] = ()
    """What the objects that it lies in are called, the outermost first: those of layers, and inside them of others."""
