"""Which classes and functions of Keras and tf_keras models are made of, by what each of them is.

Nothing is called: every module of the library is imported, and what its names refer to is looked at.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import types
import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kerasinspect.analysis.stored_code.loader_names.lookups import within_keras
from kerasinspect.analysis.stored_code.references import UNSAFE_CLASSES

if TYPE_CHECKING:
    from collections.abc import Iterator

BASES = {
    "Layer": "layers",
    "Loss": "losses",
    "Metric": "metrics",
    "BaseOptimizer": "optimizers",
    "_BaseOptimizer": "optimizers",
    "OptimizerV2": "optimizers",
    "Optimizer": "optimizers",
    "BaseLossScaleOptimizer": "optimizers",  # a class that makes an optimizer of one of two others
    "LegacyOptimizerWarning": "optimizers",  # a class that only says that there is no such optimizer any more
    "LearningRateSchedule": "schedules",
    "Initializer": "initializers",
    "Constraint": "constraints",
    "Regularizer": "regularizers",
    "Quantizer": "quantizers",
    "QuantizationConfig": "quantizers",
    "DTypePolicy": "policies",
    "DTypePolicyMap": "policies",
    "Policy": "policies",
    "Operation": "operations",
    "SeedGenerator": "seeds",
    "KerasTensor": "tensors",
    "InputSpec": "tensors",
    "FeatureSpace": "features",
    "Feature": "features",
    "Cross": "features",
}
"""Classes whose subclasses a config may name, and the kind of each, a key of ``ALLOWED_KINDS``."""

COMPUTING_AREAS = frozenset(
    {
        *(
            "activations",
            "backend",
            "initializers",
            "constraints",
            "regularizers",
            "layers",
            "losses",
            "metrics",
            "ops",
        ),
        *("optimizers", "quantizers", "random", "utils", "applications"),
    }
)
"""Parts of Keras with functions that compute ..."""

SETTINGS = re.compile(
    r"deserialize|serialize|get|(?:print|placeholder|function|eval|device|backend|manual|reset|learning|name_scope|is_keras"
    r"|get_uid|get_value|set|batch_get|batch_set|clear|enable|disable|epsilon|floatx|image_data|standardize|in_t|is_tf)\w*"
)
"""... but for these, which look up what they are given, change settings or hold values."""

UTILITIES = frozenset({"normalize", "to_categorical", "to_ordinal"})
APPLICATIONS = frozenset({"preprocess_input"})
"""The only functions of two areas that compute."""

SKIPPED = re.compile(r"\.(?:\w*_test|\w*testing\w*|test_\w+|tests|benchmarks|_v1|applications_load\w*)(?:\.|$)")


@dataclass(frozen=True, slots=True)
class Named:
    """What one name of one module refers to."""

    module: str
    name: str
    found: object

    @property
    def area(self) -> str:
        """The part of Keras that the module belongs to, however it is reached."""
        return within_keras(self.module).partition(".")[0]

    @property
    def is_public(self) -> bool:
        """Whether a user may import it by this name."""
        return "src" not in self.module.split(".")

    @property
    def kind(self) -> str | None:
        """Why it is allowed, as a key of ``ALLOWED_KINDS``; None where it is not."""
        if inspect.isclass(self.found):
            return _kind_of_class(self.found)
        if self.area not in COMPUTING_AREAS or SETTINGS.fullmatch(self.name) or self.name.startswith("_"):
            return None
        only = {"utils": UTILITIES, "applications": APPLICATIONS}.get(self.area)
        return "functions" if only is None or self.name in only else None


def is_class_name(named: Named) -> bool:
    """Whether a class is called as classes are, so that its name says which it is wherever it lies."""
    return inspect.isclass(named.found) and named.name[:1].isupper()


def _kind_of_class(found: type) -> str | None:
    """The kind of the first base that models are made of."""
    if found.__name__ in UNSAFE_CLASSES:
        return None
    libraries = {"keras", "tf_keras", "tensorflow"}
    bases = (base.__name__ for base in found.__mro__ if base.__module__.partition(".")[0] in libraries)
    return next((BASES[name] for name in bases if name in BASES), None)


GLOBALS = {
    "keras": ("keras.src.layers", "keras.src.optimizers.schedules.learning_rate_schedule"),
    "tf_keras": (
        *("tf_keras.src.losses", "tf_keras.src.metrics", "tf_keras.src.constraints", "tf_keras.src.regularizers"),
        *("tf_keras.src.activations", "tf_keras.src.initializers", "tf_keras.src.layers"),
        "tf_keras.src.optimizers.schedules.learning_rate_schedule",
    ),
}
"""Modules in whose globals a loader of legacy files looks up a name that stands alone."""
BUILTIN_MODULES = ("activations", "constraints", "initializers", "losses", "metrics", "optimizers", "regularizers")
"""Public modules in which it looks up a function whose module is ``builtins``."""


def bare_names(library: str) -> Iterator[Named]:
    """What a loader finds under a name alone, without a module."""
    places = (*GLOBALS[library], *(f"{library}.{name}" for name in BUILTIN_MODULES))
    for place in places:
        for name, found in [*vars(importlib.import_module(place)).items()]:
            if callable(found) and not inspect.isclass(found):
                yield Named(place, name, found)


def registered_names(library: str) -> Iterator[str]:
    """The names under which a library registers what it resolves, which are not all names of modules."""
    if library == "keras":
        yield from vars(importlib.import_module("keras.src.api_export"))["REGISTERED_NAMES_TO_OBJS"]
    else:
        registry = vars(importlib.import_module("tensorflow.python.util.tf_export"))["_NAME_TO_SYMBOL_MAPPING"]
        yield from (name for name in registry if name.startswith("keras."))


def named_in(library: str) -> Iterator[Named]:
    """Every class and function that any module of a library holds, public or not."""
    for module in modules_of(library):
        for name, found in [*vars(module).items()]:
            if callable(found) and not isinstance(found, types.ModuleType):
                yield Named(module.__name__, name, found)


def modules_of(library: str) -> list[types.ModuleType]:
    """Every module of a library that can be imported here, without its tests."""
    package = importlib.import_module(library)
    modules = [package]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for found in pkgutil.walk_packages(package.__path__, f"{library}.", onerror=lambda _: None):
            if not SKIPPED.search(found.name):
                with suppress(ImportError):  # a backend that is not installed
                    modules.append(importlib.import_module(found.name))
    return modules
