"""Finds what a model's config would make a loader run or open: code, foreign functions, paths.

The rule is structural: it looks at every object of the whole config and training config, wherever it sits, and never
at the place where such an object usually is. Nothing is evaluated: base64 text is decoded to measure and hash it, and
that is all that happens to bytecode. Which Keras acts on what, and since when it refuses, stands in Keras's
``saving/serialization_lib.py`` and in the advisories CVE-2024-3660, CVE-2025-1550, CVE-2025-8747, CVE-2025-9906,
CVE-2025-12058, CVE-2025-49655, CVE-2026-1462 and CVE-2026-12479.
"""

from __future__ import annotations

import base64
import binascii
import builtins
import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from kerasinspect.analysis.config_places import SHOWN, Place, configs_of, objects_in
from kerasinspect.analysis.references import (
    NON_MODELING_NAMES,
    REGISTERED_BY_KERAS,
    TENSORFLOW_LAYERS,
    TENSORFLOW_NAMES,
    TENSORFLOW_OPERATIONS,
    UTILITIES_THAT_COMPUTE,
    UTILITY_MODULES,
    is_core,
    is_foreign,
    is_keras,
)
from kerasinspect.knowledge.layers import LAYERS
from kerasinspect.reading.names import cut, leads_out

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from kerasinspect.model import Model

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

UNSAFE_CLASSES = {
    "TorchModuleWrapper": "unpickles a PyTorch module",
    "TFSMLayer": "runs the graph of a SavedModel from a path",
    "JaxLayer": "runs a stored JAX function",
    "FlaxLayer": "runs a stored Flax module",
}
"""Classes of Keras that run what is not in the config, and what they do."""

LOOKUPS = frozenset({"StringLookup", "IntegerLookup", "IndexLookup", "TextVectorization", "KerasLayer"})
"""Classes that open a file or an address where one of ``PATH_KEYS`` holds text, as tokenizers of Keras do."""
PATH_KEYS = ("vocabulary", "merges", "proto", "handle")
"""Keys under which they have lists, or paths."""

SOURCE = re.compile(r"\s*(?:lambda\b|def\s|import\s|from\s|@)")

MOST_FINDINGS = 1_000
"""Objects of each kind that are reported one by one; of more, how many there are."""


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
    code: bytes = field(default=b"", repr=False)
    """The code itself, untrusted: to be measured and read, never run and never unmarshalled."""
    name: str = ""
    """Of a custom class or function: what it is called, without its package."""
    package: str = ""
    """Of a custom class or function: what has to be installed or registered for it, as far as the config says it."""
    more: int = 0
    """How many objects this one stands for, which are not listed one by one; 0 for one of its own."""


def code_in_model(model: Model) -> tuple[CodeFinding, ...]:
    """What is in the config and the training config of a model that would run, import or open something.

    Of each kind the first ``MOST_FINDINGS`` and then one that counts the others, so that no number of findings hides
    that there are some of another kind. The harmless kinds come last.
    """
    listed: list[CodeFinding] = []
    seen: Counter[CodeKind] = Counter()
    left_out: Counter[tuple[CodeKind, str]] = Counter()
    own: set[tuple[str, str]] = set()
    for document, root in configs_of(model):
        for finding in code_in_config(document, root):
            seen[finding.kind] += 1
            if seen[finding.kind] <= MOST_FINDINGS:
                listed.append(finding)
            elif finding.kind != "custom-class" or (finding.package, finding.name) not in own:
                left_out[finding.kind, root] += 1
            if finding.kind == "custom-class":
                own.add((finding.package, finding.name))
    found = (*listed, *(counted(kind, root, number) for (kind, root), number in left_out.items()))
    return tuple(sorted(found, key=lambda finding: finding.kind in HARMLESS_KINDS))


def counted(kind: CodeKind, root: str, number: int) -> CodeFinding:
    """The finding that stands for those which are not listed, at a place that no name of one place covers."""
    return CodeFinding(kind, f"{root}.*", f"there are {number:,} more such objects, which are not listed", more=number)


def code_in_config(document: Any, root: str) -> Iterator[CodeFinding]:  # noqa: ANN401 - any JSON
    """What any JSON document would make a Keras loader run, import or open, in the order of the document."""
    for value, place in objects_in(document, root):
        for rule in RULES_OF_ALL:
            yield from rule(value, place)
        if "class_name" in value or "registered_name" in value:
            for rule in RULES_OF_CLASSES:
                yield from rule(value, place)


def classes_of_keras(model: Model) -> frozenset[str]:
    """Names of the classes that the config itself places in a module of Keras."""
    return frozenset(
        value["class_name"]
        for value, _ in objects_in(model.config, "config")
        if isinstance(value.get("module"), str)
        and isinstance(value.get("class_name"), str)
        and is_keras(value["module"])
    )


def lambda_objects(value: Mapping[str, Any], place: Place) -> Iterator[CodeFinding]:
    """Functions of Keras 3: an object of class ``__lambda__``, whatever holds it."""
    if _class_name(value) == "__lambda__":
        inner = value.get("config")
        yield code_at(inner if inner is not None else {}, place)


def lambda_types(value: Mapping[str, Any], place: Place) -> Iterator[CodeFinding]:
    """Functions of Keras 1 and 2: a value beside a ``..._type`` that says lambda, and a Lambda's function in a list."""
    is_lambda = _class_name(value) == "Lambda"
    config = value.get("config")
    if is_lambda and isinstance(config, dict) and config.get("function_type") != "lambda":
        function = config.get("function")
        source = isinstance(function, str) and (SOURCE.match(function) is not None or _is_bytecode(function))
        if source or (isinstance(function, list) and function and isinstance(function[0], str)):
            yield code_at(function, Place(Place(place, "config"), "function"))
    for key, said in value.items():
        if said == "lambda" and key.endswith("_type"):
            name = key.removesuffix("_type")
            if value.get(name) is not None:
                yield code_at(value[name], Place(place, name))


def references(value: Mapping[str, Any], place: Place) -> Iterator[CodeFinding]:
    """Classes and functions by module and name, which older Keras imports and newer Keras refuses."""
    module, class_name = value.get("module"), value.get("class_name")
    if isinstance(class_name, str) and isinstance(module, str) and module:
        name = _referred(value)
        kind = _kind_of_reference(module, name, class_name)
        if kind is not None:
            detail = f"{_shown(name)} of the module {_shown(module)}"
            yield CodeFinding(kind, str(place), detail, name=_plain(name), package=_package(value))


def registered(value: Mapping[str, Any], place: Place) -> Iterator[CodeFinding]:
    """Classes and functions of one's own that the config has by the package they are registered under alone."""
    package, module = _package(value), value.get("module")
    placed = isinstance(module, str) and module not in {"", "builtins"}
    name = _plain(_referred(value))
    of_keras = is_core(package) or (package == "Custom" and name in REGISTERED_BY_KERAS)
    if package and "config" in value and not placed and not of_keras:
        detail = f"{_shown(name)} of the package {_shown(package)}"
        yield CodeFinding("custom-class", str(place), detail, name=name, package=package)


def lambda_modules(value: Mapping[str, Any], place: Place) -> Iterator[CodeFinding]:
    """Modules in which a Lambda of Keras 2 looks up names."""
    if "function" in value and not isinstance(value.get("class_name"), str):
        named = {str(value.get(key)) for key in LAMBDA_MODULES}
        for module in sorted(filter(is_foreign, named)):
            yield CodeFinding("foreign-module", str(place), f"names of the module {_shown(module)}")


def _is_bytecode(text: str) -> bool:
    """Whether a text stands for marshalled code, which begins with a c, perhaps marked."""
    return len(text) > SHORTEST_CODE and _decoded(text)[:1] in {b"c", b"\xe3"} and "_" not in text


SHORTEST_CODE = 40
"""Characters of base64 that the shortest function takes."""

LAMBDA_MODULES = ("module", "function_module", "output_shape_module", "mask_module")
"""Where the config of a Lambda of Keras 2 says in which module its function's names are looked up."""


def tensorflow_functions(value: Mapping[str, Any], place: Place) -> Iterator[CodeFinding]:
    """Layers of tf.keras that look up any name or operation of TensorFlow, where it does more than compute."""
    config = value.get("config")
    if _class_name(value) not in TENSORFLOW_LAYERS or not isinstance(config, dict):
        return
    for key in ("function", "cls_ref", "cls_symbol"):
        name = config.get(key)
        if isinstance(name, str) and TENSORFLOW_NAMES.search(name):
            yield CodeFinding("non-modeling-api", str(place), f"the function {_shown(name)} of TensorFlow")
    node = config.get("node_def")
    operation = node.get("op") if isinstance(node, dict) else node
    found = TENSORFLOW_OPERATIONS.search(operation) if isinstance(operation, str) else None
    if found:
        yield CodeFinding("non-modeling-api", str(place), f"the operation {_shown(found[0])} of TensorFlow")


def unsafe_classes(value: Mapping[str, Any], place: Place) -> Iterator[CodeFinding]:
    """Layers that load pickles, stored functions or other models, and lookups whose vocabulary is a path."""
    name, config = _class_name(value), value.get("config")
    settings = config if isinstance(config, dict) else {}
    if name in UNSAFE_CLASSES and "config" in value:
        path = settings.get("filepath")
        of = f": {_shown(path)}" if isinstance(path, str) else ""
        yield CodeFinding("unsafe-layer-class", str(place), f"{name} {UNSAFE_CLASSES[name]}{of}")
    registered = value.get("registered_name")
    names = {name, registered.rpartition(">")[2] if isinstance(registered, str) else ""}
    module = value.get("module")
    if names & LOOKUPS or (name.endswith("Tokenizer") and isinstance(module, str) and is_keras(module)):
        for key in PATH_KEYS:
            path = settings.get(key)
            if isinstance(path, str) and path:
                yield CodeFinding("external-path", str(place), f"{name} opens {_shown(path)}")


def escaping_names(value: Mapping[str, Any], place: Place) -> Iterator[CodeFinding]:
    """Layer names that lead out of a folder where a loader uses them as paths."""
    if not isinstance(value.get("class_name"), str):
        return
    config = value.get("config")
    names = (value.get("name"), config.get("name") if isinstance(config, dict) else None)
    for name in dict.fromkeys(name for name in names if isinstance(name, str)):
        if leads_out(name):
            yield CodeFinding("path-traversal", str(place), f"the name {_shown(name)} leads out of a folder")


def mismatched_names(value: Mapping[str, Any], place: Place) -> Iterator[CodeFinding]:
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


RULES_OF_ALL: tuple[Callable[[Mapping[str, Any], Place], Iterator[CodeFinding]], ...] = (lambda_types, lambda_modules)
"""What is asked of every object."""

RULES_OF_CLASSES: tuple[Callable[[Mapping[str, Any], Place], Iterator[CodeFinding]], ...] = (
    lambda_objects,
    references,
    registered,
    tensorflow_functions,
    unsafe_classes,
    escaping_names,
    mismatched_names,
)
"""What is asked of objects that name a class."""


def _class_name(value: Mapping[str, Any]) -> str:
    """The class without package and module: ``Custom>Lambda`` and ``keras.layers.Lambda`` are Lambda."""
    name = value.get("class_name")
    return name.rpartition(">")[2].rpartition(".")[2].strip() if isinstance(name, str) else ""


def _referred(value: Mapping[str, Any]) -> str:
    """The name of the class or function that an object refers to."""
    for key in ("class_name", "config", "registered_name"):
        name = value.get(key)
        if isinstance(name, str) and name != "function":
            return name
    return "a function"


def _plain(name: str) -> str:
    """The name of a class or function without the package it was registered under."""
    return name.rpartition(">")[2]


def _package(value: Mapping[str, Any]) -> str:
    """What holds a class or function: the first part of its module, or the package it was registered under."""
    module = value.get("module")
    if isinstance(module, str) and module not in NO_MODULES:
        return module.partition(".")[0]
    names = (value.get("registered_name"), value.get("class_name"))
    return next((name.rpartition(">")[0] for name in names if isinstance(name, str) and ">" in name), "")


NO_MODULES = frozenset({"", "__main__", "builtins"})
"""What stands for a module where the config does not tell where a class or function was defined."""


def _kind_of_reference(module: str, name: str, class_name: str) -> CodeKind | None:
    """What a reference is; None where it is one that models are made of."""
    if is_keras(module):
        called = class_name == "function" or name[:1].islower()
        utility = called and is_core(module) and not UTILITY_MODULES.isdisjoint(module.split("."))
        unusual = (utility and name not in UTILITIES_THAT_COMPUTE) or name.rpartition(".")[2] in NON_MODELING_NAMES
        if unusual:
            return "non-modeling-api"
        return None if is_core(module) else "custom-class"
    if module == "builtins":
        return "foreign-module" if callable(getattr(builtins, name, None)) and name not in HARMLESS_BUILTINS else None
    if class_name == "__typespec__" and module.startswith("tensorflow.python."):
        return None
    return "foreign-module" if is_foreign(module) else "custom-class"


HARMLESS_BUILTINS = frozenset({"abs", "max", "min", "pow", "round", "sum"})
"""Functions of Python that share their name with one that a user might register."""


def code_at(stored: Any, place: Place) -> CodeFinding:  # noqa: ANN401 - any JSON
    """The finding for stored code: whether it is bytecode or source, its size and its hash."""
    text = _longest_text(stored)
    is_source = SOURCE.match(text) is not None
    data = _bytes_of(text) if is_source else _decoded(text)
    kind: CodeKind = "lambda-source" if is_source else "lambda-bytecode"
    word = "Python source" if is_source else "Python bytecode"
    digest = hashlib.sha256(data).hexdigest()
    return CodeFinding(kind, str(place), f"{len(data):,} bytes of {word}", len(data), digest, data)


def _longest_text(stored: Any) -> str:  # noqa: ANN401 - any JSON
    """The code among the parts of a stored function: its longest text."""
    found, stack = "", [stored]
    while stack:
        value = stack.pop()
        if isinstance(value, str):
            found = max(found, value, key=len)
        elif isinstance(value, dict):
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return found


def _decoded(text: str) -> bytes:
    """The bytes that base64 text stands for; of any other text its own, as Keras 1 wrote them."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return _bytes_of(text)


def _bytes_of(text: str) -> bytes:
    """One byte for each character where that is possible, as Keras 1 wrote bytecode; else UTF-8."""
    return text.encode("latin-1" if max(text, default="") < "\u0100" else "utf-8", "surrogatepass")


def _shown(name: str) -> str:
    """A name from the file, cut where it is long."""
    return cut(name, SHOWN)
