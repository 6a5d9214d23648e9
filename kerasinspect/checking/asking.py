"""Asks rules of models: one reading of each array, whatever the number of rules, and a report for each file."""

from __future__ import annotations

import os
from collections import Counter
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeVar

from kerasinspect.analysis.statistics import measure, measure_with
from kerasinspect.analysis.stored_code.code_in_config import code_in_model
from kerasinspect.analysis.training import Known, assess_training, judge, origin_of
from kerasinspect.checking.contract import layer_pairs
from kerasinspect.checking.evidence import Evidence
from kerasinspect.checking.findings import ActiveRule, CheckReport, Finding, Ignored, ModelReport, Skipped
from kerasinspect.checking.rules import RULES
from kerasinspect.dtypes import holds_numbers
from kerasinspect.errors import RequestError, UnreadableFile
from kerasinspect.formats.container_facts import container_facts
from kerasinspect.formats.weights_checksum import wrong_checksum
from kerasinspect.limits import DEFAULT, Limits
from kerasinspect.model import Extra
from kerasinspect.names import LONGEST_SHOWN, cut, nearest
from kerasinspect.opening import open_with_container

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from kerasinspect.analysis.statistics import Statistics, Units
    from kerasinspect.analysis.training import Judged, Origin
    from kerasinspect.checking.contract import Contract
    from kerasinspect.checking.findings import Need, Rule, Severity
    from kerasinspect.formats.contents import Container
    from kerasinspect.model import Model, Weight

REASONS: Mapping[Need, str] = {
    "config": "the file has no config",
    "any config": "the file has no config",
    "training config": "the file does not say what the model was compiled with",
    "values": "the file has no arrays",
    "optimizer": "the file has no optimizer state",
    "archive": "the file is no archive",
    "checksums": "the file has no checksums",
    "lock": "no lock file is given",
}
"""Why a rule is skipped, by what it lacks."""

MOST_LISTED = 1_000
"""Findings of one rule in one file that are listed one by one; of more, how many there are."""

Waive: TypeAlias = "Callable[[Finding], str | None]"
"""The reason for which a policy waives a finding, if it does."""

WORKERS = min(4, os.cpu_count() or 1)
"""Threads that read side by side: more would wait for memory."""
LARGE = 1 << 24
"""Bytes of an array that is worth a thread: of a smaller one Python itself, which runs one thread, is too much."""


def check(
    locations: Iterable[str],
    rules: Sequence[ActiveRule] | None = None,
    fail_on: Severity = "error",
    limits: Limits = DEFAULT,
) -> CheckReport:
    """What the rules, or those that are on by default, say about some files; one bad file never stops the others."""
    asked = active_rules() if rules is None else tuple(rules)
    return CheckReport(tuple(check_file(location, asked, limits) for location in locations), fail_on, asked)


def nothing(_: Finding) -> None:
    """The reason for which a finding is waived without a policy: none."""


def check_file(
    location: str,
    rules: Sequence[ActiveRule],
    limits: Limits = DEFAULT,
    contract: Contract | None = None,
    waive: Waive = nothing,
) -> ModelReport:
    """What the rules say about one file, or why it cannot be read."""
    try:
        model, container = open_with_container(location, limits)
        with model:
            return check_model(model, container, rules, contract, waive)
    except UnreadableFile as error:
        return ModelReport(location, error=str(error))
    except MemoryError:
        return ModelReport(location, error=f"{location} needs more memory than there is.")


def check_model(
    model: Model,
    container: Container,
    rules: Sequence[ActiveRule],
    contract: Contract | None = None,
    waive: Waive = nothing,
) -> ModelReport:
    """What the rules say about an open model."""
    evidence, damage = gather(model, container, training=any(active.rule.family == "training" for active in rules))
    if contract is not None:
        evidence = replace(evidence, contract=contract, agreed=tuple(layer_pairs(contract, model)))
    dtypes = stored_dtypes(model)
    skipped = {active.rule.code: why for active in rules if (why := reason_to_skip(active.rule, evidence))}
    answers = [
        answer
        for active in rules
        if active.rule.code not in skipped
        for answer in first_answers(active, evidence, waive)
    ]
    return ModelReport(
        model.location,
        model.format,
        arrays_read=sum(path in evidence.statistics and holds_numbers(dtype) for path, dtype in dtypes.items()),
        arrays=len(dtypes),
        damage=damage,
        findings=tuple(answer for answer in answers if isinstance(answer, Finding)),
        skipped=tuple(Skipped(code, reason) for code, reason in skipped.items()),
        ignored=tuple(answer for answer in answers if isinstance(answer, Ignored)),
    )


def gather(model: Model, container: Container, *, training: bool) -> tuple[Evidence, tuple[str, ...]]:
    """All that rules are asked with, from one reading of each array; and a sentence for each that cannot be read.

    Checksums and arrays are read side by side: both leave Python's lock alone while they compute.
    """
    origin = origin_of(model) if training else None
    damage = dict.fromkeys(model.damage)
    statistics: dict[str, Statistics] = {}
    units: dict[str, Units] = {}
    judged: dict[str, Judged] = {}
    with threads() as pool:
        checksums = pool.submit(container_facts, container)
        for path, found in readings(model, origin, pool):
            if isinstance(found, UnreadableFile):
                if found.message not in damage:
                    damage[f"{path}: {found.message}"] = None
                continue
            statistics[path] = found.figures
            if found.units is not None:
                units[path] = found.units
            if found.judged is not None:
                judged[path] = found.judged
        facts = checksums.result()  # leaving cancels what no thread has begun yet
    known = Known(judged, statistics)
    damage |= dict.fromkeys(wrong_checksum(model, facts))
    evidence = Evidence(
        model,
        facts,
        statistics,
        units,
        code_in_model(model),
        assess_training(model, known) if training else None,
    )
    return evidence, tuple(damage)


@contextmanager
def threads() -> Iterator[Executor]:
    """Threads that nobody waits for where the work is broken off."""
    pool = ThreadPoolExecutor(WORKERS)
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def stored_dtypes(model: Model) -> dict[str, str]:
    """The dtype of every array, by its path in the file."""
    arrays: tuple[Weight | Extra, ...] = (*model.weights, *model.extras)
    return {one.stored_path: one.array.dtype for one in arrays}


class Read(NamedTuple):
    """What one reading of an array gave."""

    figures: Statistics
    units: Units | None = None
    judged: Judged | None = None


def readings(model: Model, origin: Origin | None, pool: Executor) -> Iterator[tuple[str, Read | UnreadableFile]]:
    """What reading each array gives, by its path: small ones here, large ones meanwhile in a thread of their own."""
    arrays: list[Weight | Extra] = [*model.weights, *model.extras]
    meanwhile = {one.stored_path: pool.submit(read, one, origin) for one in arrays if one.array.nbytes >= LARGE}
    for one in arrays:
        if one.stored_path not in meanwhile:
            yield one.stored_path, read(one, origin)
    for path, job in meanwhile.items():
        yield path, job.result()


def read(one: Weight | Extra, origin: Origin | None) -> Read | UnreadableFile:
    """An array's figures; of a kernel its units; of a weight, given where its first values came from, its verdict.

    Or the error, where it cannot be read.
    """
    try:
        if isinstance(one, Extra):
            return Read(measure(one.array))
        measured = measure_with(one.array, units=one.name.endswith("kernel"))
        return Read(measured.figures, measured.units, None if origin is None else judge(one, measured, origin))
    except UnreadableFile as error:
        return error


def ask(active: ActiveRule, evidence: Evidence) -> Iterator[Finding]:
    """What one rule finds."""
    rule = active.rule
    for where, message, more in rule.function(evidence, active.thresholds):
        yield Finding(rule.code, rule.name, active.severity, where, message, evidence.model.location, rule.scope, more)


def first_answers(active: ActiveRule, evidence: Evidence, waive: Waive) -> Iterator[Finding | Ignored]:
    """The first findings of one rule, and the first that are waived; then one of each that counts the others.

    Whether it is waived is asked of each, so that what is not listed hides nothing that counts.
    """
    rule = active.rule
    seen: Counter[str | None] = Counter()
    left_out: Counter[str | None] = Counter()
    for finding in ask(active, evidence):
        reason = waive(finding)
        seen[reason] += 1
        if finding.more or seen[reason] <= MOST_LISTED:
            yield finding if reason is None else Ignored(finding, reason)
        else:
            left_out[reason] += 1
    for reason, more in left_out.items():
        words = f"{more:,} more findings of this rule are not listed one by one."
        location = evidence.model.location
        counted = Finding(rule.code, rule.name, active.severity, evidence.name, words, location, "model", more)
        yield counted if reason is None else Ignored(counted, reason)


def reason_to_skip(rule: Rule, evidence: Evidence) -> str | None:
    """What the rule needs and the file lacks, in words."""
    model = evidence.model
    present: Mapping[Need, bool] = {
        "config": model.config is not None,
        "any config": model.config is not None or model.training_config is not None,
        "training config": model.training_config is not None,
        "values": bool(evidence.statistics),
        "optimizer": any(extra.kind == "optimizer" for extra in model.extras),
        "archive": bool(evidence.container.members),
        "checksums": bool(evidence.container.members or evidence.container.packed),
        "lock": evidence.contract is not None,
    }
    return next((REASONS[need] for need in rule.needs if not present[need]), None)


def active_rules(
    select: Iterable[str] = (),
    ignore: Iterable[str] = (),
    severities: Mapping[str, Severity] | None = None,
    thresholds: Mapping[str, Mapping[str, float]] | None = None,
) -> tuple[ActiveRule, ...]:
    """The rules to ask, in the order of their codes: those on by default, or all that ``select`` names.

    Rules are named by code, by the beginning of a code or by name; severities and thresholds too.
    Raises RequestError, which names the nearest, for a name that means no rule or a threshold that a rule lacks.
    """
    chosen = named_rules(select) or {rule.code: rule for rule in RULES if rule.default}
    for code in named_rules(ignore):
        chosen.pop(code, None)
    given = expanded(severities or {})
    set_to = expanded(thresholds or {})
    return tuple(
        ActiveRule(rule, given.get(rule.code, rule.severity), merged(rule, set_to.get(rule.code, {})))
        for rule in RULES
        if rule.code in chosen
    )


Value = TypeVar("Value")


def expanded(by_name: Mapping[str, Value]) -> dict[str, Value]:
    """The same values by code; a later name wins over an earlier one."""
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


def merged(rule: Rule, given: Mapping[str, float]) -> Mapping[str, float]:
    """A rule's thresholds with those that were given; raises RequestError for one that it does not have."""
    for name in given:
        if name not in rule.thresholds:
            words = f"It has {', '.join(rule.thresholds)}." if rule.thresholds else "It has none."
            raise RequestError(f'{rule.code} has no threshold "{cut(name, LONGEST_SHOWN)}".', words)
    return {**rule.thresholds, **given}
