"""Finds what a model's config would make a loader run or open: code, foreign functions, paths.

The rule is structural: it looks at every object of the whole config and training config, wherever it sits, and never
at the place where such an object usually is. What code is, ``stored_code`` says; what a name resolves to,
``named_objects`` and ``wrapped_tensorflow``. Which Keras acts on what, and since when it refuses, stands in Keras's
``saving/serialization_lib.py`` and in the advisories CVE-2024-3660, CVE-2025-1550, CVE-2025-8747, CVE-2025-9906,
CVE-2025-12058, CVE-2025-49655, CVE-2026-1462 and CVE-2026-12479.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Any, TypeAlias

from kerasinspect.analysis.code_findings import HARMLESS_KINDS
from kerasinspect.analysis.config_places import configs_of, objects_in
from kerasinspect.analysis.named_objects import (
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
from kerasinspect.analysis.references import WRAPPERS, is_keras
from kerasinspect.analysis.stored_code import lambda_modules, lambda_objects, lambda_types
from kerasinspect.analysis.wrapped_tensorflow import tensorflow_functions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from kerasinspect.analysis.code_findings import CodeFinding
    from kerasinspect.analysis.config_places import Place
    from kerasinspect.model import Model

    Rule: TypeAlias = Callable[[Mapping[str, Any], Place], Iterator[CodeFinding]]

MOST_FINDINGS = 1_000
"""Objects of a config that are reported one by one; of more only that there are more."""


def code_in_model(model: Model) -> tuple[CodeFinding, ...]:
    """What is in the config and the training config of a model that would run, import or open something.

    The first ``MOST_FINDINGS``, and one more that says that there are more: harmless kinds by themselves, so that no
    number of them hides the others.
    """
    found = chain.from_iterable(code_in_config(document, root) for document, root in configs_of(model))
    kept: dict[bool, list[CodeFinding]] = {False: [], True: []}
    for finding in found:
        group = kept[finding.kind in HARMLESS_KINDS]
        if len(group) <= MOST_FINDINGS:
            group.append(finding)
        if len(kept[False]) > MOST_FINDINGS:
            break
    return (*_with_limit(kept[False]), *_with_limit(kept[True]))


def _with_limit(found: list[CodeFinding]) -> Iterator[CodeFinding]:
    """The findings; the one past the limit says that there are more."""
    for place, finding in enumerate(found):
        more = ", and there are more such objects, which are not listed" if place == MOST_FINDINGS else ""
        yield replace(finding, detail=finding.detail + more)


def code_in_config(document: Any, root: str) -> Iterator[CodeFinding]:  # noqa: ANN401 - any JSON
    """What any JSON document would make a Keras loader run, import or open, in the order of the document."""
    for value, place in objects_in(document, root):
        for rule in rules_for(value):
            yield from rule(value, place)


def rules_for(value: Mapping[str, Any]) -> Iterable[Rule]:
    """The rules that an object gives a reason to ask: few of an ordinary layer, of which a config mostly consists."""
    names_class = "class_name" in value or "registered_name" in value
    rules: tuple[Rule, ...] = ()
    if names_class:
        rules = RULES_BY_CLASS.get(value["class_name"], SHORT) if is_ordinary(value) else RULES_OF_CLASSES
    if "lambda" in value.values() and lambda_types not in rules:
        rules = (lambda_types, *rules)
    if not TEXT_KEYS.isdisjoint(value):
        rules = (texts_alone, *rules)
    return (lambda_modules, *rules) if "function" in value else rules


def classes_of_keras(model: Model) -> frozenset[str]:
    """Names of the classes that the config itself places in a module of Keras."""
    return frozenset(
        value["class_name"]
        for value, _ in objects_in(model.config, "config")
        if isinstance(value.get("module"), str)
        and isinstance(value.get("class_name"), str)
        and is_keras(value["module"])
    )


RULES_OF_CLASSES: tuple[Rule, ...] = (
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
"""What is asked of objects that name a class ..."""
SHORT: tuple[Rule, ...] = (escaping_names,)
"""... of those that name one which models are made of ..."""
RULES_BY_CLASS: dict[str, tuple[Rule, ...]] = {
    **dict.fromkeys(WRAPPERS, (tensorflow_functions, *SHORT)),
    **dict.fromkeys(LOOKUPS, (external_paths, *SHORT)),
}
"""... and of some of these."""
