"""Whether a name that Keras or TensorFlow resolves is one that models are made of.

The tables beside this module list what is allowed, by kind; whatever they do not list is not.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from kerasinspect.analysis.stored_code.loader_names import keras_table, operation_table, tensorflow_table
from kerasinspect.late.patterns import late_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

_Standing: TypeAlias = Literal["allowed", "newer", "refused"]
"""Of a name within Keras: one that models are made of, a class that no known Keras has, or anything else."""

ALLOWED_KINDS = {
    "layers": "a layer or model, whose config is its own and whose arrays are in the file",
    "losses": "a loss, which compares two tensors",
    "metrics": "a metric, which compares two tensors and counts",
    "optimizers": "an optimizer, which changes the weights in training",
    "schedules": "a learning rate, computed from a step",
    "initializers": "an initializer, which fills an array",
    "constraints": "a constraint, which maps an array to one of the same shape",
    "regularizers": "a penalty, computed from an array",
    "quantizers": "a way to quantize an array, or its settings",
    "policies": "a policy of dtypes, which is numbers and names",
    "operations": "an operation that a functional model holds between its layers",
    "seeds": "the seed of random numbers",
    "tensors": "a description of a tensor: its shape and dtype",
    "features": "a description of the columns of a table",
    "functions": "a function of tensors, from a part of Keras that computes",
    "arrays": "a function that makes, moves or picks values",
    "mathematics": "a function that computes, compares or checks values",
    "networks": "a function that layers are made of",
    "media": "a function of pictures, sound or spectra that are values already",
    "texts": "a function of texts that are values already",
    "samples": "random numbers, or a check that stops",
    "gradients": "a derivative, or the order of what a graph computes",
    "computes": "an operation that declares no state, function, handle, file or address",
    "collects": "an operation on a list, a map or a sparse matrix of tensors",
}
"""Why the names of each kind are allowed."""

MODEL_AREAS = frozenset(
    {
        *("layers", "losses", "metrics", "optimizers", "initializers", "constraints", "regularizers", "quantizers"),
        *("dtype_policies", "ops"),
    }
)
"""Parts of Keras whose classes models are made of, also those that a newer Keras adds."""

_ROOT = late_pattern(
    r"(?:tensorflow\.(?:python\.)?)?(?:tf_keras|keras|keras_core)"
    r"(?:\.(?:src|api|_v[12]|_tf_keras|keras|_?legacy|compat|v1))*(?:\.|$)"
)
"""How a path into Keras begins, whichever of its copies and faces it goes through."""
_CLASS_NAME = late_pattern(r"[A-Z]\w*")

_TENSOR_CLASSES = frozenset({"RaggedTensor", "SparseTensor", "IndexedSlices"})
"""Classes of TensorFlow that hold tensors, by the last part of their public names ..."""
_MAKERS = late_pattern(r"from_[a-z_]+")
"""... and their methods that make one of others."""


def within_keras(path: str) -> str:
    """A dotted path without the ways into Keras before its first part: ``keras.src.layers.core`` is ``layers.core``."""
    return _ROOT.sub("", path, count=1)


def standing_in_keras(module: str, name: str) -> _Standing:
    """What a module and a name mean together, wherever the dots between them are cut."""
    path = within_keras(f"{module}.{name}")
    area, last = path.partition(".")[0], path.rpartition(".")[2]
    if last in classes_of_models() or f"{area}.{last}" in _functions():
        return "allowed"
    is_public = path == f"{area}.{last}" and ".src" not in module
    is_class = area in MODEL_AREAS and _CLASS_NAME.fullmatch(last) is not None and last not in _refused_classes()
    return "newer" if is_class and (is_public or area == "ops") else "refused"


def is_refused_alone(name: str) -> bool:
    """Whether a name without a module is one that a loader finds, and that no model is made of."""
    return name in _refused_alone()


def tensorflow_allows(name: str) -> bool:
    """Whether a public name of TensorFlow computes."""
    plain = name.removeprefix("compat.v1.").removeprefix("compat.v2.")
    if plain.startswith("keras."):
        return standing_in_keras(*plain.rsplit(".", 1)) == "allowed"
    if plain.startswith("raw_ops."):
        return operation_allowed(plain.removeprefix("raw_ops."))
    return name in _tensorflow_names() or plain in _tensorflow_names()


def method_allowed(class_name: str, method: str) -> bool:
    """Whether a method of a public class of TensorFlow makes a tensor of tensors."""
    return class_name.rpartition(".")[2] in _TENSOR_CLASSES and _MAKERS.fullmatch(method) is not None


def attribute_allowed(name: str) -> bool:
    """Whether what a tensor has under a name is a part of it, or a tensor made of it."""
    return name in _attributes()


def operation_allowed(name: str) -> bool:
    """Whether an operation of TensorFlow's registry computes."""
    return name in _operations()


def _words_in(texts: Iterable[str]) -> frozenset[str]:
    """The words of several texts."""
    return frozenset(word for text in texts for word in text.split())


@cache
def classes_of_models() -> frozenset[str]:
    """The classes of Keras that models are made of."""
    return _words_in(keras_table.CLASSES.values())


@cache
def operation_classes() -> frozenset[str]:
    """The operations of Keras 3, which a functional model lists among its layers, in legacy files by names alone."""
    return _words_in([keras_table.CLASSES["operations"]])


@cache
def _refused_classes() -> frozenset[str]:
    """Other classes that lie among them."""
    return _words_in([keras_table.REFUSED_CLASSES])


@cache
def _refused_alone() -> frozenset[str]:
    """Names that resolve without a module, to what is no part of a model."""
    return _words_in([keras_table.REFUSED_ALONE])


@cache
def _operations() -> frozenset[str]:
    """The operations of TensorFlow that compute."""
    return _words_in(operation_table.OPERATIONS.values())


@cache
def _attributes() -> frozenset[str]:
    """The attributes and methods of tensors that give tensors."""
    return _words_in([operation_table.ATTRIBUTES])


@cache
def _functions() -> frozenset[str]:
    """The functions of Keras that compute, each after the part of Keras that holds it."""
    return frozenset(f"{area}.{name}" for area, words in keras_table.FUNCTIONS.items() for name in words.split())


@cache
def _tensorflow_names() -> frozenset[str]:
    """The public names of TensorFlow that compute, in full."""
    return frozenset(
        f"{prefix}.{word}".lstrip(".")
        for names in tensorflow_table.NAMES.values()
        for prefix, words in names.items()
        for word in words.split()
    )
