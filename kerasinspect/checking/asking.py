"""Runs rules on the evidence about a model, and makes the report of each file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypeAlias

from kerasinspect.checking.advisories import advisories
from kerasinspect.checking.contracts.automatic_names import lock_names
from kerasinspect.checking.contracts.contract import layer_pairs
from kerasinspect.checking.findings import Finding, Ignored, Skipped
from kerasinspect.checking.gathering import gather, stored_dtypes
from kerasinspect.checking.reports import ModelReport
from kerasinspect.containers.stored import PICKLED
from kerasinspect.dtypes import holds_numbers
from kerasinspect.errors import UnreadableFile
from kerasinspect.late.dataclasses import replace
from kerasinspect.limits import DEFAULT, Limits
from kerasinspect.model import UNKNOWN_CLASS
from kerasinspect.opening import open_with_container

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from kerasinspect.checking.contracts.contract import Contract
    from kerasinspect.checking.evidence import Evidence
    from kerasinspect.checking.rule import ActiveRule, Need, Rule
    from kerasinspect.formats.contents import Container
    from kerasinspect.model import Layer, Model

_REASONS: Mapping[Need, str] = {
    "config": "the file has no config",
    "any config": "the file has no config",
    "training config": "the file does not say what the model was compiled with",
    "values": "the file has no arrays",
    "optimizer": "the file has no optimizer state",
    "archive": "the file is not an archive",
    "checksums": "the file has no checksums",
    "lock": "no lock file is given",
}
"""Why a rule is skipped, by what it lacks."""

_MOST_LISTED = 1_000
"""Findings of one rule in one file that are listed one by one; of more, how many there are."""

_Waive: TypeAlias = "Callable[[Finding], str | None]"
"""Gives the reason for which a policy waives a finding, if it does."""


def _waive_nothing(_: Finding) -> None:
    """The reason for which a finding is waived without a policy: none."""


def check_file(  # noqa: PLR0913 - all that a request says of each of its files
    location: str,
    rules: Sequence[ActiveRule],
    limits: Limits = DEFAULT,
    contract: Contract | None = None,
    waive: _Waive = _waive_nothing,
    *,
    architecture: str | None = None,
) -> ModelReport:
    """The report of one file: what the rules find, or why it cannot be read.

    Raises RequestError where an ``architecture`` is to be joined to it and is of another model.
    """
    try:
        model, container = open_with_container(location, limits, config=architecture)
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
    waive: _Waive = _waive_nothing,
) -> ModelReport:
    """The report of an open model."""
    evidence, damage = gather(model, container, training=any(active.rule.family == "training" for active in rules))
    return report_on(evidence, damage, rules, contract, waive)


def report_on(
    evidence: Evidence,
    damage: tuple[str, ...],
    rules: Sequence[ActiveRule],
    contract: Contract | None = None,
    waive: _Waive = _waive_nothing,
) -> ModelReport:
    """The report of a model whose evidence was gathered; ``damage`` says what could not be read of it."""
    model = evidence.model
    if contract is not None:
        names = lock_names(contract, model)
        agreed = tuple(layer_pairs(contract, model, names))
        evidence = replace(evidence, contract=contract, agreed=agreed, lock_names=names)
    dtypes = stored_dtypes(model)
    skipped = {active.rule.code: why for active in rules if (why := _reason_to_skip(active.rule, evidence))}
    answers = [
        answer
        for active in rules
        if active.rule.code not in skipped
        for answer in _first_answers(active, evidence, waive)
    ]
    return ModelReport(
        model.location,
        model.format,
        arrays_read=sum(path in evidence.statistics and holds_numbers(dtype) for path, dtype in dtypes.items()),
        arrays=len(dtypes),
        arrays_without_numbers=sum(
            path in evidence.statistics and not holds_numbers(dtype) and dtype != PICKLED
            for path, dtype in dtypes.items()
        ),
        damage=damage,
        findings=tuple(answer for answer in answers if isinstance(answer, Finding)),
        skipped=tuple(Skipped(code, reason) for code, reason in skipped.items()),
        ignored=tuple(answer for answer in answers if isinstance(answer, Ignored)),
        keras_version=model.keras_version,
        optimizer_nbytes=sum(extra.array.nbytes for extra in model.extras if extra.kind == "optimizer"),
        lock_names=evidence.lock_names,
        layer_classes=Counter(map(_known_class, model.walk())),
    )


def _known_class(layer: Layer) -> str:
    """The class of a layer; empty where the file does not tell it."""
    return "" if layer.class_name == UNKNOWN_CLASS else layer.class_name


def _ask(active: ActiveRule, evidence: Evidence) -> Iterator[Finding]:
    """The findings of one rule."""
    rule, model = active.rule, evidence.model
    for hit in rule.function(evidence, active.thresholds):
        known = advisories(rule.cves if hit.cves is None else hit.cves, is_legacy=model.is_legacy)
        yield Finding(
            *(rule.code, rule.name, active.severity, hit.where, hit.message, model.location, rule.scope),
            more=hit.more,
            place=hit.place,
            remedy=hit.remedy or rule.remedy,
            advisories=tuple(known),
        )


def _first_answers(active: ActiveRule, evidence: Evidence, waive: _Waive) -> Iterator[Finding | Ignored]:
    """The first findings of one rule, and the first that are waived; then one of each that counts the others.

    Each finding is held against the waivers, so that what is not listed hides nothing that counts.
    """
    rule = active.rule
    seen: Counter[str | None] = Counter()
    left_out: Counter[str | None] = Counter()
    for finding in _ask(active, evidence):
        reason = waive(finding)
        seen[reason] += 1
        if finding.more or seen[reason] <= _MOST_LISTED:
            yield finding if reason is None else Ignored(finding, reason)
        else:
            left_out[reason] += 1
    for reason, more in left_out.items():
        words = f"{more:,} more findings of this rule are not listed one by one."
        location = evidence.model.location
        counted = Finding(
            *(rule.code, rule.name, active.severity, evidence.name, words, location, "model"),
            more=more,
            remedy=rule.remedy,
        )
        yield counted if reason is None else Ignored(counted, reason)


def _reason_to_skip(rule: Rule, evidence: Evidence) -> str | None:
    """What the rule needs and the file lacks, in words."""
    model = evidence.model
    present: Mapping[Need, bool] = {
        "config": model.config is not None,
        "any config": model.config is not None or model.training_config is not None,
        "training config": model.training_config is not None,
        "values": bool(evidence.statistics),
        "optimizer": any(extra.kind == "optimizer" for extra in model.extras),
        "archive": bool(evidence.container.members),
        "checksums": bool(
            evidence.container.members or evidence.container.packed or evidence.container.wrong_tensors is not None
        ),
        "lock": evidence.contract is not None,
    }
    return next((_REASONS[need] for need in rule.needs if not present[need]), None)
