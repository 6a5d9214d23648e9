"""Writes the tables of what loaders resolve, as modules that the package reads."""

from __future__ import annotations

import textwrap
from collections import defaultdict
from dataclasses import dataclass, field
from importlib.metadata import packages_distributions, version
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.analysis.stored_code.loader_names.lookups import ALLOWED_KINDS, MODEL_AREAS
from tests.loader_names.keras_names import Named, bare_names, is_class_name, named_in
from tests.loader_names.operations import allowed_operations
from tests.loader_names.tensorflow_names import kind_of, public_names, tensor_attributes

if TYPE_CHECKING:
    from collections.abc import Iterable

Table: TypeAlias = dict[str, set[str]]

GENERATION = 1
"""Of the rules by which names are judged; it grows with each change of them."""
LIBRARIES = ("keras", "tf-keras", "tensorflow")
WIDTH = 116
FIRST_VERSION = "compat.v1."

OTHER_VERSIONS = {
    "layers": "TFDataLayer Mosaic TernaryDense",
    "losses": "SparseCategoricalFocalCrossentropy",
    "quantizers": "TernaryQuantizationConfig",
    "operations": """
        ColumnStack Copysign Cov Empty Eye FloatPower Gammainc Lgamma MatrixPower ReconstructPatches Tri
    """,
}
"""Classes that the newest versions lack: what this module says about Keras 3.5, tf.keras 2.15 and Keras 3.16 so far."""


@dataclass(slots=True)
class KerasTable:
    """What the two libraries of Keras hold."""

    classes: Table = field(default_factory=lambda: defaultdict(set))
    functions: Table = field(default_factory=lambda: defaultdict(set))
    refused_classes: set[str] = field(default_factory=set)
    refused_alone: set[str] = field(default_factory=set)

    def add(self, named: Named) -> None:
        """Sort one name in."""
        kind = named.kind
        if is_class_name(named):
            if kind is not None:
                self.classes[kind].add(named.name)
            elif named.area in MODEL_AREAS:
                self.refused_classes.add(named.name)
        elif kind is not None and named.is_public:
            self.functions[named.area].add(named.name)
        elif named.area in MODEL_AREAS and named.name[:1].isupper():
            self.refused_classes.add(named.name)

    def close(self) -> None:
        """Let a name that is allowed anywhere be allowed, and count each class to one kind, beside the operations."""
        seen: set[str] = set()
        for kind in sorted(self.classes.keys() - {"operations"}):
            self.classes[kind] -= seen
            seen |= self.classes[kind]
        seen |= self.classes["operations"]
        self.refused_classes -= seen
        self.refused_alone -= seen | {name for names in self.functions.values() for name in names}


def keras_table() -> KerasTable:
    """What both libraries of Keras hold, sorted."""
    table = KerasTable()
    for library in ("keras", "tf_keras"):
        for named in named_in(library):
            table.add(named)
        table.refused_alone |= {named.name for named in bare_names(library) if named.kind is None}
    for kind, words in OTHER_VERSIONS.items():
        table.classes[kind] |= {*words.split()}
    table.close()
    return table


def tensorflow_names() -> dict[str, Table]:
    """The public names of TensorFlow that compute: by kind, then by what stands before the last dot.

    A name of the first version that the second one has too is found under that.
    """
    operations = allowed_operations()
    kinds = {name: kind_of(name, found, operations) for name, found in public_names().items()}
    table: dict[str, Table] = defaultdict(lambda: defaultdict(set))
    for name, kind in kinds.items():
        old = name.startswith(FIRST_VERSION) and kinds.get(name.removeprefix(FIRST_VERSION)) is not None
        if kind in ALLOWED_KINDS and not old:
            prefix, _, last = name.rpartition(".")
            table[kind][prefix].add(last)
    return table


def keras_module(table: KerasTable) -> str:
    """The text of the module about Keras."""
    parts = [
        *_head("What Keras and tf_keras models are made of."),
        *_dictionary("CLASSES", table.classes, "Classes, by kind; each by its name, wherever it lies."),
        *_dictionary("FUNCTIONS", table.functions, "Functions that compute, by the part of Keras that holds them."),
        *_words("REFUSED_CLASSES", table.refused_classes, "What else lies in those parts under the name of a class."),
        *_words("REFUSED_ALONE", table.refused_alone, "What a loader finds without a module, and no model is made of."),
    ]
    return "\n".join(parts)


def operation_module() -> str:
    """The text of the module about TensorFlow's operations, and about what its tensors have."""
    operations: Table = defaultdict(set)
    for name, kind in allowed_operations().items():
        operations[kind].add(name)
    parts = [
        *_head("Operations of TensorFlow that compute, and what its tensors have."),
        *_dictionary("OPERATIONS", operations, "Operations of the registry, by kind."),
        *_words("ATTRIBUTES", tensor_attributes(), "Parts and methods of ragged and sparse tensors that give tensors."),
    ]
    return "\n".join(parts)


def tensorflow_module() -> str:
    """The text of the module about TensorFlow's public names."""
    parts = [*_head("Public names of TensorFlow that compute."), "NAMES: dict[str, dict[str, str]] = {"]
    for kind, table in sorted(tensorflow_names().items()):
        parts += [f'    "{kind}": {{', *_entries(table, 8), "    },"]
    return "\n".join([*parts, "}", '"""Names, by kind and by what stands before the last dot."""', ""])


def _head(words: str) -> list[str]:
    """The docstring of a table, and what it was made of."""
    given = packages_distributions()  # tensorflow-cpu may give tensorflow
    versions = ", ".join(f'"{name}": "{version(given[name.replace("-", "_")][0])}"' for name in LIBRARIES)
    return [
        f'"""{words}',
        "",
        "Written by ``python -m tests.loader_names``, which says how each name was judged; not to be edited.",
        '"""',
        "",
        f"GENERATION = {GENERATION}",
        f"VERSIONS = {{{versions}}}",
        "",
    ]


def _dictionary(name: str, table: Table, words: str) -> list[str]:
    """A constant of names by kind."""
    return [f"{name} = {{", *_entries(table, 4), "}", f'"""{words}"""', ""]


def _entries(table: Table, indent: int) -> list[str]:
    """The entries of a dictionary of names."""
    before = " " * indent
    lines: list[str] = []
    for key, names in sorted(table.items()):
        lines += [f'{before}"{key}": """', *_wrapped(names, indent + 4), f'{before}""",']
    return lines


def _words(name: str, names: Iterable[str], words: str) -> list[str]:
    """A constant of names."""
    return [f'{name} = """', *_wrapped(names, 4), '"""', f'"""{words}"""', ""]


def _wrapped(names: Iterable[str], indent: int) -> list[str]:
    """Names in order, wrapped."""
    before = " " * indent
    joined = " ".join(sorted(names))
    return textwrap.wrap(joined, WIDTH, initial_indent=before, subsequent_indent=before, break_on_hyphens=False)
