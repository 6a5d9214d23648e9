"""Finds what a model's config would make a loader run or open: code, foreign functions, paths.

The rule is structural: it looks at every object of the whole config and training config, wherever it sits, and never
at the place where such an object usually is. What code is, ``stored_code`` says; what a name resolves to,
``named_objects`` and ``wrapped_tensorflow``. Which Keras acts on what, and since when it refuses, stands in Keras's
``saving/serialization_lib.py`` and in the advisories CVE-2024-3660, CVE-2025-1550, CVE-2025-8747, CVE-2025-9906,
CVE-2025-12058, CVE-2025-49655, CVE-2026-1462 and CVE-2026-12479.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.analysis.stored_code.code_findings import HARMLESS_KINDS, CodeFinding
from kerasinspect.analysis.stored_code.config_places import configs_of, names_at, objects_in
from kerasinspect.analysis.stored_code.named_objects import (
    LOOKUPS,
    TEXT_KEYS,
    escaping_names,
    external_paths,
    is_ordinary,
    mismatched_names,
    references,
    registered,
    texts_alone,
    unsafe_classes,
)
from kerasinspect.analysis.stored_code.payloads import lambda_modules, lambda_objects, lambda_types
from kerasinspect.analysis.stored_code.references import WRAPPERS, is_keras
from kerasinspect.analysis.stored_code.wrapped_tensorflow import tensorflow_functions
from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from kerasinspect.analysis.stored_code.code_findings import CodeKind
    from kerasinspect.analysis.stored_code.config_places import ConfigPlace
    from kerasinspect.json_values import JsonObject
    from kerasinspect.model import Model

    _CodeRule: TypeAlias = Callable[[JsonObject, ConfigPlace], Iterator[CodeFinding]]

_MOST_FINDINGS = 1_000
"""Objects of each kind that are reported one by one; of more, how many there are."""


def code_in_model(model: Model) -> tuple[CodeFinding, ...]:
    """Findings about what the config and the training config of a model would run, import or open.

    Of each kind the first ``_MOST_FINDINGS`` and then one that counts the others, so that no number of findings hides
    that there are some of another kind. The harmless kinds come last.
    """
    listed: list[CodeFinding] = []
    seen: Counter[CodeKind] = Counter()
    left_out: Counter[tuple[CodeKind, str]] = Counter()
    own: set[tuple[str, str]] = set()
    for document, root in configs_of(model):
        for finding in code_in_config(document, root):
            seen[finding.kind] += 1
            if seen[finding.kind] <= _MOST_FINDINGS:
                listed.append(finding)
            elif finding.kind != "custom-class" or (finding.package, finding.name) not in own:
                left_out[finding.kind, root] += 1
            if finding.kind == "custom-class":
                own.add((finding.package, finding.name))
    found = (*listed, *(_finding_of_others(kind, root, number) for (kind, root), number in left_out.items()))
    return tuple(sorted(found, key=lambda finding: finding.kind in HARMLESS_KINDS))


def _finding_of_others(kind: CodeKind, root: str, number: int) -> CodeFinding:
    """The finding that stands for those which are not listed, at a place that no name of one place covers."""
    return CodeFinding(kind, f"{root}.*", f"there are {number:,} more such objects, which are not listed", more=number)


def code_in_config(document: object, root: str) -> Iterator[CodeFinding]:
    """Findings about what any JSON document would make a Keras loader do, in the order of the document."""
    for value, place in objects_in(document, root):
        for rule in _rules_for(value):
            yield from (replace(finding, names=names_at(document, place)) for finding in rule(value, place))


def _rules_for(value: JsonObject) -> Iterable[_CodeRule]:
    """The rules for one object: few for an ordinary layer, of which a config mostly consists."""
    names_class = "class_name" in value or "registered_name" in value
    rules: tuple[_CodeRule, ...] = ()
    if names_class:
        rules = _RULES_BY_CLASS.get(str(value["class_name"]), _SHORT) if is_ordinary(value) else _RULES_OF_CLASSES
    if "lambda" in value.values() and lambda_types not in rules:
        rules = (lambda_types, *rules)
    if not TEXT_KEYS.isdisjoint(value):
        rules = (texts_alone, *rules)
    return (lambda_modules, *rules) if "function" in value else rules


def classes_of_keras(model: Model) -> frozenset[str]:
    """Names of the classes that the config itself places in a module of Keras."""
    named = ((value.get("module"), value.get("class_name")) for value, _ in objects_in(model.config, "config"))
    return frozenset(
        name for module, name in named if isinstance(module, str) and isinstance(name, str) and is_keras(module)
    )


_RULES_OF_CLASSES: tuple[_CodeRule, ...] = (
    lambda_types,
    lambda_objects,
    references,
    registered,
    tensorflow_functions,
    unsafe_classes,
    external_paths,
    escaping_names,
    mismatched_names,
)
"""The rules for objects that name a class ..."""
_SHORT: tuple[_CodeRule, ...] = (escaping_names,)
"""... for those that name one which models are made of ..."""
_RULES_BY_CLASS: dict[str, tuple[_CodeRule, ...]] = {
    **dict.fromkeys(WRAPPERS, (tensorflow_functions, *_SHORT)),
    **dict.fromkeys(LOOKUPS, (external_paths, *_SHORT)),
}
"""... and for some of these."""
