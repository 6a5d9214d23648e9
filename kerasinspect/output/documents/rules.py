"""``rules`` as a document."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from kerasinspect.checking.rule import Rule
    from kerasinspect.output.formats.json import Document

_RULES_SCHEMA = "kerasinspect.rules/1"

_LINE_SCHEMA = "kerasinspect.rules.line/1"
"""That of one rule on a line of its own."""

RULE_COLUMNS = ("code", "name", "severity", "family", "scope", "default", "needs", "summary")
"""What a flat table has of each line."""


def rules_document(rules: Iterable[Rule]) -> Document:
    """The rules with keys that stay."""
    return {"schema": _RULES_SCHEMA, "rules": [_rule_document(rule) for rule in rules]}


def rule_lines(rules: Iterable[Rule]) -> Iterator[Document]:
    """A document for each rule."""
    return ({"schema": _LINE_SCHEMA, **_rule_document(rule)} for rule in rules)


def _rule_document(rule: Rule) -> Document:
    """The document of one rule."""
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "family": rule.family,
        "scope": rule.scope,
        "default": rule.default,
        "needs": list(rule.needs),
        "thresholds": dict(rule.thresholds),
        "summary": rule.summary,
        "documentation": rule.documentation,
    }
