"""Rules by the names that a request or a policy has for them: a code, the beginning of codes, or words."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from kerasinspect.checking.rule import ActiveRule
from kerasinspect.checking.rules import RULES
from kerasinspect.errors import RequestError
from kerasinspect.names import LONGEST_SHOWN, cut, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from kerasinspect.checking.rule import Rule, Severity

Value = TypeVar("Value")


def active_rules(
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severities: Mapping[str, Severity] | None = None,
    thresholds: Mapping[str, Mapping[str, float]] | None = None,
    *,
    extend_select: Iterable[str] = (),
) -> tuple[ActiveRule, ...]:
    """The rules to ask, in the order of their codes: those on by default, or all that ``select`` names, and others.

    Rules are named by code, by the beginning of a code or by name; severities and thresholds too.
    Raises RequestError, which names the nearest, for a name that means no rule or a threshold that a rule lacks.
    """
    chosen = named_rules(select) or {rule.code: rule for rule in RULES if rule.default}
    chosen |= named_rules(extend_select)
    for code in named_rules(ignore):
        chosen.pop(code, None)
    given = _expanded(severities or {})
    set_to = _expanded(thresholds or {})
    return tuple(
        ActiveRule(rule, given.get(rule.code, rule.severity), _merged(rule, set_to.get(rule.code, {})))
        for rule in RULES
        if rule.code in chosen
    )


def _expanded(by_name: Mapping[str, Value]) -> dict[str, Value]:
    """Values by the codes that their names mean; a later name wins over an earlier one."""
    return {code: value for name, value in by_name.items() for code in named_rules((name,))}


def named_rules(names: Iterable[str]) -> dict[str, Rule]:
    """Every rule that one of the names means, by its code."""
    found: dict[str, Rule] = {}
    for name in dict.fromkeys(names):
        meant = {
            rule.code: rule for rule in RULES if name and (rule.code.startswith(name.upper()) or rule.name == name)
        }
        if not meant:
            near = nearest(name, [word for rule in RULES for word in (rule.code, rule.name)])
            message = f'No rule is called "{cut(name, LONGEST_SHOWN)}".'
            raise RequestError(message, f"The nearest is {near}; `kerasinspect rules` has all.")
        found |= meant
    return found


def _merged(rule: Rule, given: Mapping[str, float]) -> Mapping[str, float]:
    """A rule's thresholds with those that were given; raises RequestError for one that it does not have."""
    for name in given:
        if name not in rule.thresholds:
            words = f"It has {', '.join(rule.thresholds)}." if rule.thresholds else "It has none."
            raise RequestError(f'{rule.code} has no threshold "{cut(name, LONGEST_SHOWN)}".', words)
    return {**rule.thresholds, **given}
