"""Policies of projects for ``check``: which rules, how severe, how strict, and where one is waived for a reason."""

from __future__ import annotations

import math
from dataclasses import field
from typing import TYPE_CHECKING

from kerasinspect.analysis.globs import Globs
from kerasinspect.checking.findings import Allowance, Waiver
from kerasinspect.checking.rule import SEVERITIES
from kerasinspect.checking.rule_names import active_rules, named_rules
from kerasinspect.errors import RequestError
from kerasinspect.late.dataclasses import dataclass, replace
from kerasinspect.late.patterns import late_pattern
from kerasinspect.names import LONGEST_SHOWN, cut, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from kerasinspect.checking.findings import Finding
    from kerasinspect.checking.policy_file import PolicyFile
    from kerasinspect.checking.rule import ActiveRule, Rule, Severity
    from kerasinspect.checking.rule_names import Value

_KEYS = (
    "select",
    "extend-select",
    "ignore",
    "extend-ignore",
    "fail-on",
    "severities",
    "thresholds",
    "per-layer",
    "allow",
    "exact-names",
)
_WAIVER_KEYS = ("layer", "ignore", "reason")
_ALLOWANCE_KEYS = ("sha256", "ignore", "reason", "expires")
_DIGEST = late_pattern(r"[0-9a-fA-F]{64}")
_LONGEST_TEXT = 1_000
"""Characters of a waiver's layer, which may be a pattern, and of its reason, which stands beside each finding."""
_FOR_KERAS = "KI417"
"""The code of the rule about the Keras that has to accept a config."""
_CONTRACT = "KI6"
"""What the codes of the rules begin with that are asked where there is a lock."""


class Waivers:
    """All waivers of a policy, ready to be asked of any number of findings."""

    def __init__(self, waivers: Iterable[Waiver]) -> None:
        """Keep the waivers; globs are compiled only for the rules that find something."""
        self.waivers = tuple(waivers)
        self.by_code: dict[str, Globs[Waiver]] = {}
        self.used: set[Waiver] = set()

    def reason(self, finding: Finding) -> str | None:
        """Why a finding does not count: it is about such a layer, or something inside it; None where it counts.

        The place in the file or its config may be meant too, which is more precise than the layer.
        """
        code = finding.code
        if code not in self.by_code:
            asked = ((one.layer, one) for one in self.waivers if code in one.codes)
            self.by_code[code] = Globs(asked, inside=True)
        meant = self.by_code[code]
        waiver = meant.first(finding.where) or (meant.first(finding.place) if finding.place else None)
        if waiver is None:
            return None
        self.used.add(waiver)
        return waiver.reason

    def idle(self) -> tuple[Waiver, ...]:
        """Those that have waived nothing so far."""
        return tuple(waiver for waiver in self.waivers if waiver not in self.used)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a call asks for itself, which wins over the policy."""

    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: Severity | None = None
    exact_names: bool = False
    for_keras: tuple[int, int] | None = None
    """The version of Keras that has to accept the config."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How ``check`` is to be run; without a file, every rule that is on by default as its table has it."""

    source: str | None = None
    """The file that it was read from."""
    passed_over: tuple[str, ...] = ()
    """Files that were found before it and not used, since they lie in what is checked."""
    select: tuple[str, ...] = ()
    """Codes, beginnings of codes or names; empty for all rules that are on by default."""
    extend_select: tuple[str, ...] = ()
    """Rules that are asked beside those."""
    ignore: tuple[str, ...] = ()
    """Rules that are not asked, whatever is selected."""
    fail_on: Severity = "error"
    severities: Mapping[str, Severity] = field(default_factory=dict)
    thresholds: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    allowances: tuple[Allowance, ...] = ()
    """What is allowed in files of certain bytes, whether it still holds or not."""
    exact_names: bool = False
    """Whether a lock forgives no name that Keras gives by itself."""

    def rules(self, *, with_contract: bool) -> tuple[ActiveRule, ...]:
        """The rules to ask; with a contract, those about it too, whatever is selected.

        Raises RequestError for a name that means no rule, or a threshold that a rule lacks.
        """
        severities, thresholds = _by_precision(self.severities), _by_precision(self.thresholds)
        also = (*self.extend_select, *((_CONTRACT,) if with_contract else ()))
        return active_rules(self.select, self.ignore, severities, thresholds, extend_select=also)

    def overridden(self, by: Overrides) -> Policy:
        """The policy with what was asked for at once; rules that are selected so count even if it ignores them.

        Raises RequestError where it sets something of a rule that is on neither so nor without.
        """
        if by.for_keras is not None:
            major, minor = by.for_keras
            thresholds = {**self.thresholds, _FOR_KERAS: {"major": major, "minor": minor}}
            by = replace(by, extend_select=(*by.extend_select, _FOR_KERAS), for_keras=None)
            return replace(self, thresholds=thresholds).overridden(by)
        named = named_rules(by.extend_select)
        still_ignored = () if by.select else tuple(code for code in named_rules(self.ignore) if code not in named)
        asked = replace(
            self,
            select=by.select or self.select,
            extend_select=(*(() if by.select else self.extend_select), *by.extend_select),
            ignore=(*still_ignored, *by.ignore),
            fail_on=by.fail_on or self.fail_on,
            exact_names=by.exact_names or self.exact_names,
        )
        _require_on(self, asked)
        return asked


def _by_precision(named: Mapping[str, Value]) -> dict[str, Value]:
    """Values by the names of rules, names that mean many before those that mean one: what is more precise wins."""
    return dict(sorted(named.items(), key=lambda item: -len(named_rules(item[:1]))))


def _require_on(policy: Policy, asked: Policy) -> None:
    """Raise RequestError where a policy sets a severity or a threshold of a rule that nobody asks."""
    on = {active.rule.code for one in (policy, asked) for active in one.rules(with_contract=True)}
    for key, names in (("severities", policy.severities), ("thresholds", policy.thresholds)):
        for name in names:
            meant = named_rules((name,))
            if not meant.keys() & on:
                raise _off(policy, f"{key}.{cut(name, LONGEST_SHOWN)}", next(iter(meant.values())))


def _off(policy: Policy, place: str, rule: Rule) -> RequestError:
    """The error for a term of a policy about a rule that is not on; of several, the first is named."""
    words = "not selected" if policy.select else "off by default"
    remedy = f'Add it to extend-select: extend-select = ["{rule.code}"]; or remove {place}.'
    if rule.code in named_rules(policy.ignore):
        words, remedy = "ignored", f"Take it out of ignore, or remove {place}."
    source = "" if policy.source is None else f"{policy.source}: "
    return RequestError(f"{source}{place} has no effect: {rule.code} {rule.name} is {words}.", remedy)


def policy_from(file: PolicyFile) -> Policy:
    """The policy that a file holds; raises RequestError for what is unknown or of the wrong type in it."""
    try:
        policy = replace(_policy(file.content), source=file.path)
        policy.rules(with_contract=False)
    except RequestError as error:
        raise RequestError(f"{file.path}: {error.message}", error.remedy) from error
    return policy


def _policy(content: object) -> Policy:
    """The policy in a table."""
    table = _table(content, "[tool.kerasinspect]", _KEYS)
    severities = _table(table.get("severities", {}), "severities")
    thresholds = _table(table.get("thresholds", {}), "thresholds")
    waivers, allowances = _tables(table, "per-layer"), _tables(table, "allow")
    if table.get("select") == []:
        raise RequestError("select is empty: no rule is selected.", "Name rules in it, or leave it out for the usual.")
    return Policy(
        select=_texts(table.get("select", []), "select"),
        extend_select=_texts(table.get("extend-select", []), "extend-select"),
        ignore=tuple(name for key in ("ignore", "extend-ignore") for name in _texts(table.get(key, []), key)),
        fail_on=_severity(table.get("fail-on", "error"), "fail-on"),
        severities={
            name: _severity(value, f"severities.{cut(name, LONGEST_SHOWN)}") for name, value in severities.items()
        },
        thresholds={
            name: _numbers(values, f"thresholds.{cut(name, LONGEST_SHOWN)}") for name, values in thresholds.items()
        },
        waivers=tuple(_waiver(value, f"per-layer[{at}]") for at, value in enumerate(waivers)),
        allowances=tuple(_allowance(value, f"allow[{at}]") for at, value in enumerate(allowances)),
        exact_names=_truth(table.get("exact-names", False), "exact-names"),
    )


def _waiver(value: object, place: str) -> Waiver:
    """One entry of ``per-layer``."""
    table = _table(value, place, _WAIVER_KEYS)
    layer = _text(table, place, "layer", "which layers it is for, a path or a glob")
    names = _ignored(table, place)
    return Waiver(layer, frozenset(named_rules(names)), _reason(table, place), names)


def _allowance(value: object, place: str) -> Allowance:
    """One entry of ``allow``."""
    table = _table(value, place, _ALLOWANCE_KEYS)
    digest = _text(table, place, "sha256", "which file it is for, by the SHA-256 of its bytes")
    if not _DIGEST.fullmatch(digest):
        message = f"{place}.sha256 is not 64 hexadecimal digits."
        raise RequestError(message, "Write what sha256sum says of the file.")
    codes, reason = frozenset(named_rules(_ignored(table, place))), _reason(table, place)
    return Allowance(digest.lower(), codes, reason, _day(table.get("expires"), f"{place}.expires"))


def _day(value: object, place: str) -> date | None:
    """A day, or none."""
    if value is None:
        return None
    from datetime import date, datetime  # noqa: PLC0415 - few policies have days

    if not isinstance(value, date) or isinstance(value, datetime):
        raise RequestError(f"{place} is not a day.", "Write it without quotation marks: 2027-01-31.")
    return value


def _reason(table: Mapping[str, object], place: str) -> str:
    """Why rules are ignored."""
    return _text(table, place, "reason", "why, in a sentence")


def _ignored(table: Mapping[str, object], place: str) -> tuple[str, ...]:
    """The rules that are ignored, as a policy calls them."""
    names = _texts(table.get("ignore", []), f"{place}.ignore")
    if not names:
        raise RequestError(f"{place} ignores nothing.", "Name the rules in ignore.")
    return names


def _tables(table: Mapping[str, object], key: str) -> list[object]:
    """A list of tables, which may be missing."""
    tables = table.get(key, [])
    if not isinstance(tables, list):
        raise RequestError(f"{key} is not a list of tables.", f"Write [[{key}]] with two brackets.")
    return tables


def _text(table: Mapping[str, object], place: str, key: str, words: str) -> str:
    """A text that a table must have, and what to say in it."""
    text = table.get(key)
    if not isinstance(text, str) or not text.strip():
        raise RequestError(f"{place} has no {key}.", f"Say {words}.")
    if len(text) > _LONGEST_TEXT:
        raise RequestError(f"{place}.{key} is longer than {_LONGEST_TEXT:,} characters.", "Shorten it.")
    return text


def _table(value: object, place: str, keys: Iterable[str] = ()) -> Mapping[str, object]:
    """A table, with no other keys than those that are given, if any are."""
    if not isinstance(value, dict):
        raise RequestError(f"{place} is not a table.", "Write [NAME] on a line of its own, and its keys below.")
    known = [*keys]
    for key in value:
        if known and key not in known:
            message = f'{place} has no key "{cut(key, LONGEST_SHOWN)}".'
            raise RequestError(message, f"The nearest is {nearest(key, known)}; the keys are {', '.join(known)}.")
    return value


def _texts(value: object, place: str) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise RequestError(f"{place} is not a list of codes or names of rules.", 'Write it as ["KI401", "KI2"].')
    return tuple(value)


def _severity(value: object, place: str) -> Severity:
    """One of the severities."""
    for severity in SEVERITIES:
        if value == severity:
            return severity
    raise RequestError(f"{place} is not a severity.", f"It is one of {', '.join(SEVERITIES)}.")


def _truth(value: object, place: str) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise RequestError(f"{place} is neither true nor false.", "Write it without quotation marks.")
    return value


def _numbers(value: object, place: str) -> Mapping[str, float]:
    """A table of finite numbers."""
    return {name: _number(one, f"{place}.{cut(name, LONGEST_SHOWN)}") for name, one in _table(value, place).items()}


def _number(value: object, place: str) -> float:
    """A number that figures can be held against."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _is_finite(value):
        raise RequestError(f"{place} is not a number, or is out of range.", "Write a number, such as 0.5.")
    if value < 0:
        raise RequestError(f"{place} is below 0.", "Write a number from 0 on, such as 0.5.")
    return value


def _is_finite(number: float) -> bool:
    """Whether a number is finite, and no whole number that is too large for a float."""
    try:
        return math.isfinite(number)
    except OverflowError:
        return False
