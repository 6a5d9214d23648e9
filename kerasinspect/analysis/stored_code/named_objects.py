"""Finds what a config names that no model is made of: foreign functions, layers that run code, files, other names.

A loader resolves a module and a name wherever the dots between them are cut, a class where a function stands and a
function where a class does. So every name of an object is judged, by what it resolves to, and never by its form; what
``loader_names`` does not list as a part of models is foreign.
"""

from __future__ import annotations

import builtins
from functools import cache
from typing import TYPE_CHECKING

from kerasinspect.analysis.stored_code.code_findings import CodeFinding
from kerasinspect.analysis.stored_code.config_places import SHOWN, ConfigPlace
from kerasinspect.analysis.stored_code.loader_names.lookups import (
    classes_of_models,
    is_refused_alone,
    standing_in_keras,
)
from kerasinspect.analysis.stored_code.references import (
    CLASSES_OF_FILES,
    FUNCTIONS_BESIDE_KERAS,
    HARMLESS_BUILTINS,
    REGISTERED_BY_KERAS,
    TYPE_SPECIFICATIONS,
    UNSAFE_CLASSES,
    is_core,
    is_foreign,
    is_keras,
    plain_name,
)
from kerasinspect.json_values import JSON_LISTS
from kerasinspect.knowledge.layers import LAYERS
from kerasinspect.names import cut, leads_out

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.stored_code.code_findings import CodeKind
    from kerasinspect.json_values import Json, JsonObject

LOOKUPS = frozenset(name for name, spec in LAYERS.items() if spec.has_vocabulary) | {"KerasLayer"}
"""Classes that open a file or an address where one of ``_PATH_KEYS`` holds text, as tokenizers of Keras do."""
_PATH_KEYS = ("vocabulary", "merges", "proto", "handle")
"""Keys under which they have lists, or paths."""
_FILE_KEYS = ("vocabulary_file", "ckpt_to_load_from")
"""Keys under which a column of features has the path of a vocabulary or a checkpoint, whatever class it names."""

_OF_WEIGHTS = """
kernel bias recurrent depthwise pointwise embeddings gamma beta alpha moving_mean moving_variance activity query key
value output projection attention scale token input_projection output_projection state init b u w
""".split()  # noqa: SIM905 - names wrap better than a list of them
"""What an initializer, a regularizer or a constraint is for, as keys of configs have it."""
TEXT_KEYS = frozenset(
    {
        *("loss", "metrics", "weighted_metrics", "optimizer", "fn", "metric", "learning_rate", "normalizer_fn"),
        *("activation", "recurrent_activation", "attention_activation", "initializer", "regularizer", "constraint"),
        *(f"{what}_{word}" for what in _OF_WEIGHTS for word in ("initializer", "regularizer", "constraint")),
    }
)
"""Keys under which a name stands alone, as text: a test asks every layer of Keras for more."""

_NO_MODULES = frozenset({"", "__main__", "builtins"})
"""What stands for a module where the config does not tell where a class or function was defined."""
_FORMS = frozenset({"function", "object", "type", "__typespec__"})
"""What stands for a class where the name is elsewhere, or for a registered name where there is none."""
_SERIOUS: frozenset[CodeKind] = frozenset({"foreign-module", "non-modeling-api"})
"""Kinds of which every name is told; of a harmless kind the first one is."""


def references(value: JsonObject, place: ConfigPlace) -> Iterator[CodeFinding]:
    """Classes and functions by module and name, which older Keras imports and newer Keras refuses."""
    module, class_name = value.get("module"), value.get("class_name")
    if not isinstance(class_name, str):
        return
    module = module if isinstance(module, str) else ""
    first = _referred(value)
    for name in _names(value):
        kind = _kind_of_reference(module, name, class_name)
        if kind in _SERIOUS or (kind is not None and name == first):
            of = f" of the module {_shown(module)}" if module else ", a name alone,"
            yield CodeFinding(kind, str(place), f"{_shown(name)}{of}", name=_plain(name), package=_package(value))
            return


def is_ordinary(value: JsonObject) -> bool:
    """Whether an object is a part of models by its class and module, and asks for nothing else."""
    class_name, module, name = value.get("class_name"), value.get("module"), value.get("registered_name")
    if not isinstance(class_name, str) or class_name not in _ordinary_classes():
        return False
    return (name is None or name == class_name) and (
        module is None or (isinstance(module, str) and module.startswith(("keras.", "tf_keras.")))
    )


@cache
def _ordinary_classes() -> frozenset[str]:
    """The classes of Keras that are what their names say, wherever they lie, and what stands for values of Python."""
    return classes_of_models() - {"Lambda"} | _SPECIAL_CLASSES - {"__lambda__"}


_SPECIAL_CLASSES = frozenset(
    {"__keras_tensor__", "__lambda__", "__tensor__", "__numpy__", "__bytes__", "__slice__", "__ellipsis__"}
)
"""What Keras writes for values that JSON lacks; a lambda is found by its own rule."""


def texts_alone(value: JsonObject, place: ConfigPlace) -> Iterator[CodeFinding]:
    """Names that stand alone as text, where a loader looks up a loss, a metric or an activation."""
    for key in TEXT_KEYS.intersection(value):
        for text in _plain_texts(value[key]):
            if is_refused_alone(text):
                yield CodeFinding("non-modeling-api", str(ConfigPlace(place, key)), f"{text}, a name alone,")


def _plain_texts(value: Json) -> Iterator[str]:
    """A text, or the texts in lists and in objects without a class: a loss for each output, say, or a list of them."""
    pending = [value]
    while pending:
        one = pending.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, JSON_LISTS):
            pending += one
        elif isinstance(one, dict) and "class_name" not in one:
            pending += one.values()


def registered(value: JsonObject, place: ConfigPlace) -> Iterator[CodeFinding]:
    """Classes and functions of one's own that the config has by the package they are registered under alone."""
    package, module = _package(value), value.get("module")
    placed = isinstance(module, str) and module not in {"", "builtins"}
    name = _plain(_referred(value))
    of_keras = is_core(package) or (package == "Custom" and name in REGISTERED_BY_KERAS)
    if package and "config" in value and not placed and not of_keras:
        detail = f"{_shown(name)} of the package {_shown(package)}"
        yield CodeFinding("custom-class", str(place), detail, name=name, package=package)


def unsafe_classes(value: JsonObject, place: ConfigPlace) -> Iterator[CodeFinding]:
    """Layers that load pickles, stored functions or other models, by whichever of its names an object asks for one."""
    if "config" not in value:
        return
    path = _settings(value).get("filepath")
    of = f": {_shown(path)}" if isinstance(path, str) else ""
    for name in plain_names(value):
        if name in UNSAFE_CLASSES:
            yield CodeFinding("unsafe-layer-class", str(place), f"{name} {UNSAFE_CLASSES[name]}{of}", name=name)


def external_paths(value: JsonObject, place: ConfigPlace) -> Iterator[CodeFinding]:
    """Lookups and columns of features whose vocabulary is a path."""
    settings, module = _settings(value), value.get("module")
    names = plain_names(value)
    first = next(iter(names), "")
    tokenizes = first.endswith("Tokenizer") and isinstance(module, str) and is_keras(module)
    keys = (*_FILE_KEYS, *_PATH_KEYS) if tokenizes or not LOOKUPS.isdisjoint(names) else _FILE_KEYS
    for key in keys:
        path = text_of(settings.get(key))
        if path:
            yield CodeFinding("external-path", str(place), f"{first} opens {_shown(path)}")


def text_of(value: object) -> str:
    """The text that a value holds, also where an object stands for the text: bytes, an array of no dimensions."""
    for _ in range(_MOST_WRAPPERS):
        if not isinstance(value, dict):
            break
        value = value.get("value", value.get("config"))
    return value if isinstance(value, str) else ""


_MOST_WRAPPERS = 4
"""Objects around one text that are looked through."""


def escaping_names(value: JsonObject, place: ConfigPlace) -> Iterator[CodeFinding]:
    """Layer names that lead out of a folder where a loader uses them as paths."""
    if not isinstance(value.get("class_name"), str):
        return
    config = value.get("config")
    names = (value.get("name"), config.get("name") if isinstance(config, dict) else None)
    for name in dict.fromkeys(name for name in names if isinstance(name, str)):
        if leads_out(name):
            why = "holds a NUL, at which a path ends" if "\0" in name else "leads out of a folder"
            yield CodeFinding("path-traversal", str(place), f"the name {_shown(name)} {why}")


def mismatched_names(value: JsonObject, place: ConfigPlace) -> Iterator[CodeFinding]:
    """Objects that show one class and ask for another one by its registered name."""
    registered, shown = value.get("registered_name"), value.get("class_name")
    if not isinstance(registered, str) or not isinstance(shown, str) or not registered or "config" not in value:
        return
    module = value.get("module")
    borrowed = shown in LAYERS and registered.rpartition(">")[2] != shown
    if not (is_core(module) if isinstance(module, str) else borrowed) or ">" in shown:
        return  # a class of one's own may be registered under any name, and be called like one of Keras's
    plain = {name.rpartition(">")[2] for name in (shown, _referred(value), "function", "object", "type")}
    if ">" in registered or registered not in plain:
        detail = f"it shows the class {_shown(shown)} and asks for {_shown(registered)}"
        yield CodeFinding("registered-name-mismatch", str(place), detail)


def _names(value: JsonObject) -> Iterator[str]:
    """Every name that an object may be made by, that of its class or function first."""
    first, by_registration = _referred(value), value.get("registered_name")
    yield first
    if isinstance(by_registration, str) and ">" not in by_registration and by_registration not in _FORMS | {first, ""}:
        yield by_registration


def plain_names(value: JsonObject) -> dict[str, None]:
    """The names of an object without packages and modules, each once, the first one first."""
    named = (_referred(value), value.get("class_name"), value.get("registered_name"))
    return dict.fromkeys(plain_name(name) for name in named if isinstance(name, str) and name not in _FORMS)


def _referred(value: JsonObject) -> str:
    """The name of the class or function that an object refers to."""
    form = value.get("class_name")
    keys = _NAMING_KEYS.get(form, ("class_name",)) if isinstance(form, str) else ()
    for key in (*keys, "config", "registered_name"):
        name = value.get(key)
        if isinstance(name, str) and name != "function":
            return name
    return "a function"


_NAMING_KEYS = {"function": ("config",), "__typespec__": ("spec_name",)}
"""Where an object of a special class has the name of what it stands for."""


def _settings(value: JsonObject) -> JsonObject:
    """The config of an object, where it is one."""
    config = value.get("config")
    return config if isinstance(config, dict) else {}


def _plain(name: str) -> str:
    """The name of a class or function without the package it was registered under."""
    return name.rpartition(">")[2]


def _package(value: JsonObject) -> str:
    """What holds a class or function: the first part of its module, or the package it was registered under."""
    module = value.get("module")
    if isinstance(module, str) and module not in _NO_MODULES:
        return module.partition(".")[0]
    names = (value.get("registered_name"), value.get("class_name"))
    return next((name.rpartition(">")[0] for name in names if isinstance(name, str) and ">" in name), "")


def _kind_of_reference(module: str, name: str, class_name: str) -> CodeKind | None:
    """The kind of a reference; None for one that models are made of."""
    if not module:
        return _kind_alone(name)
    if is_core(module):
        return _kind_in_keras(module, name)
    if is_keras(module):
        return _kind_beside_keras(plain_name(name))
    if module == "builtins":
        return _kind_in_builtins(name)
    if class_name == "__typespec__" and module.startswith("tensorflow.python.") and name in TYPE_SPECIFICATIONS:
        return None
    return "foreign-module" if is_foreign(module) else "custom-class"


def _kind_in_keras(module: str, name: str) -> CodeKind | None:
    """The kind of a name in a module of Keras; what ``unsafe_classes`` finds is nothing here."""
    if plain_name(name) in UNSAFE_CLASSES or name in _SPECIAL_CLASSES:
        return None
    standing = standing_in_keras(module, _plain(name))
    return {"allowed": None, "newer": "custom-class", "refused": "non-modeling-api"}[standing]


def _kind_beside_keras(name: str) -> CodeKind:
    """The kind of a name in a package beside Keras: a class or function of its models, or one that works on files."""
    called = name[:1].islower() or name.startswith("_")
    usual = FUNCTIONS_BESIDE_KERAS.fullmatch(name) is not None if called else not CLASSES_OF_FILES.fullmatch(name)
    return "custom-class" if usual else "non-modeling-api"


def _kind_in_builtins(name: str) -> CodeKind | None:
    """The kind of a function without a module: one that a loader finds in Keras's own modules, or one of Python's."""
    if is_refused_alone(plain_name(name)):
        return "non-modeling-api"
    return "foreign-module" if callable(getattr(builtins, name, None)) and name not in HARMLESS_BUILTINS else None


def _kind_alone(name: str) -> CodeKind | None:
    """The kind of a name without a module: one that a legacy loader finds, or a module and a name in one."""
    module, _, last = name.rpartition(".")
    if is_refused_alone(name):
        return "non-modeling-api"
    if not module or ">" in name:
        return None
    kind = _kind_of_reference(module, last, name)
    return kind if kind in _SERIOUS else None


def _shown(name: str) -> str:
    """A name from the file, cut where it is long."""
    return cut(name, SHOWN)
