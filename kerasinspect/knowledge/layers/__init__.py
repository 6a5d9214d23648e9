"""THE layer table: a row for each Keras class, 0.x to today, with everything that is known of the class.

A row stands in the module of its family. Weights stand in the order of ``layer.variables`` when nothing is quantized,
which is the order in ``.keras`` files; the other orders follow from it (see ``kerasinspect.assembly``). A weight is
there when the config meets all of its flags. Quantized variants are in ``quantization``.

Source: saving every class with real Keras versions; the test of this table instantiates every class of the
installed Keras and compares. Classes that only older Keras had: keras/layers of 0.3.3, 1.0.8, 1.1.2, 1.2.2 and 2.2.4,
tf.keras 2.4 to 2.15.
"""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

from kerasinspect.knowledge.kinds import LayerSpec, WeightSpec
from kerasinspect.knowledge.layers import (
    activations,
    attention,
    convolutions,
    dense,
    models,
    normalization,
    pooling,
    preprocessing,
    recurrent,
    reshaping_and_merging,
)
from kerasinspect.knowledge.layers.weights import lora_factors
from kerasinspect.knowledge.naming import plain_class_name, snake_case, unnumbered
from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FAMILIES = (
    *(dense, convolutions, recurrent, attention, normalization, pooling),
    *(preprocessing, activations, reshaping_and_merging, models),
)


def _rows() -> Iterator[LayerSpec]:
    """Every row, and a copy of it for each class of which it is true as well."""
    for spec in chain.from_iterable(family.ROWS for family in FAMILIES):
        for class_name in (spec.class_name, *spec.also):
            yield spec if class_name == spec.class_name else replace(spec, class_name=class_name, also=())


LAYERS: Mapping[str, LayerSpec] = {spec.class_name: spec for spec in _rows()}
OPERATION = models.OPERATION
CUSTOM = LayerSpec("", "")
"""Stands for a class that has no row: nothing is known of it."""


def row_of(class_name: str) -> LayerSpec:
    """The row of a class; an empty one for a class that is not Keras's own."""
    return LAYERS.get(class_name, CUSTOM)


def weight_of(class_name: str, name: str) -> WeightSpec | None:
    """The weight of a class, or of a layer that it makes from its own config, by its name today or an older one."""
    return _weights_by_name(row_of(class_name)).get(name)


def inner_weight_of(class_name: str, name: str) -> WeightSpec | None:
    """The weight of this name that a layer inside may have given to a layer which does not say what is inside it."""
    holds_any = any(not part.class_name for part in row_of(class_name).sublayers)
    return _weights_of_any_class().get(name) if holds_any else None


@cache
def _weights_of_any_class() -> Mapping[str, WeightSpec]:
    """A weight for each name that weights have, as the first class of the table has it."""
    return {name: weight for spec in reversed([*LAYERS.values()]) for name, weight in _weights_by_name(spec).items()}


@cache
def _weights_by_name(spec: LayerSpec) -> Mapping[str, WeightSpec]:
    """Every weight that a class of the table may have, a cell's and LoRA's factors among them."""
    made = (part.class_name for part in spec.sublayers if part.class_name and part.weights is None)
    copies = [spec.kernel_copy] if spec.kernel_copy else []
    specs = [*spec.weights, *spec.separate_gates, *copies, *(each for name in made for each in LAYERS[name].weights)]
    specs += [factor for each in specs if each.lora_fans for factor in lora_factors(each)]
    older = {each.older_name: each for each in specs if each.older_name}
    return older | {each.name: each for each in reversed(specs)}


def sentence_of(class_name: str) -> str | None:
    """What a layer of a class does, in one sentence; None for a class that is not Keras's own."""
    return row_of(class_name).sentence or models.SENTENCES.get(class_name)


def group_name(class_name: str) -> str:
    """The name of a layer's group in a ``.keras`` file, before its number."""
    return snake_case(row_of(class_name).python_name or plain_class_name(class_name))


_group_name_in_table = cache(group_name)


@cache
def _by_letters() -> Mapping[str, tuple[str, ...]]:
    """The classes by the letters of their group's name: making every name itself takes longer than reading a model."""
    classes: dict[str, tuple[str, ...]] = {}
    for name, spec in LAYERS.items():
        letters = (spec.python_name or name).replace("_", "").lower()
        classes[letters] = (*classes.get(letters, ()), name)
    return classes


def _class_of_group(name: str) -> str | None:
    """The first class of the table whose group has this name."""
    fitting = _by_letters().get(name.replace("_", ""), ())
    return next((one for one in fitting if _group_name_in_table(one) == name), None)


def class_of_name(name: str) -> str | None:
    """The built-in class that Keras would have named so: ``Dense`` for ``dense_1``."""
    return _class_of_group(name) or _class_of_group(unnumbered(name))
