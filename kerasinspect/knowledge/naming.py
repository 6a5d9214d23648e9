"""Names that Keras makes: of groups from classes, of classes from packages, of arrays from gates."""

from __future__ import annotations

from functools import lru_cache

from kerasinspect.late.patterns import late_pattern

_NUMBER = late_pattern(r"_\d+$")
_MOST_DIGITS = 18
"""Digits that are read of a number; Python makes no number of thousands of digits."""
_PLACES = late_pattern(r"(\d)D(?=Transpose$|$)")
_GATE = late_pattern(r"(.+)_[ifcozrh]")
_LETTERS = late_pattern(r"\W+"), late_pattern(r"(.)([A-Z][a-z]+)"), late_pattern(r"([a-z])([A-Z])")
"""What is no letter of a name, and where a capital begins a word: behind anything, and behind a small letter."""
_MOST_REMEMBERED = 256
"""Names that are taken apart no more than once: a model has few classes and weights, again and again."""


def plain_class_name(name: str) -> str:
    """The class without the package it was registered under: ``Block`` for ``my_package>Block``."""
    return name.rsplit(">", 1)[-1]


def current_class_name(name: str) -> str:
    """The plain class as it is called today: ``Conv2D`` for the ``Convolution2D`` of Keras 1."""
    return plain_class_name(name).replace("Convolution", "Conv")


def is_registered_elsewhere(name: str) -> bool:
    """Whether a name says that its class was registered in a package which is not Keras's: ``my_package>Dense``."""
    package, separator, _ = name.rpartition(">")
    return bool(separator) and package.partition(".")[0] != "keras"


@lru_cache(_MOST_REMEMBERED)
def snake_case(name: str) -> str:
    """The group name that Keras makes of a class name: ``ConvLSTM2D`` gives ``conv_lstm2d``.

    Source: ``keras.src.utils.naming.to_snake_case``, observed on every built-in class.
    """
    other, first, following = _LETTERS
    return following.sub(r"\1_\2", first.sub(r"\1_\2", other.sub("", name))).lower()


def unnumbered(name: str) -> str:
    """A name without the number that Keras puts behind all but the first of a kind: ``dense`` for ``dense_1``."""
    return _NUMBER.sub("", name)


def number_in(name: str) -> int:
    """The number that Keras puts behind a name, 0 for the first of a kind: 1 for ``dense_1``."""
    match = _NUMBER.search(name)
    return int(match[0][1:][:_MOST_DIGITS]) if match else 0


@lru_cache(_MOST_REMEMBERED)
def gate_free(weight: str) -> tuple[str, bool]:
    """The name of a Keras 1 array without its gate, and whether it has one: ``kernel`` and True for ``kernel_i``."""
    match = _GATE.fullmatch(weight)
    return (match[1], True) if match else (weight, False)


def places_of(class_name: str) -> int | None:
    """The number of spatial axes that a class name tells: 2 for ``Conv2DTranspose``; None where it tells none."""
    match = _PLACES.search(class_name)
    return int(match[1]) if match else None
