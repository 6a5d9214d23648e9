"""All that is known of one model, from one reading of each array: its figures, its verdicts and what is wrong."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from kerasinspect.analysis.damage import Damage
from kerasinspect.analysis.inspection import Inspection, InspectionOptions, inspect
from kerasinspect.analysis.selection import select
from kerasinspect.checking.asking import report_on
from kerasinspect.checking.gathering import gather
from kerasinspect.checking.policy import Policy
from kerasinspect.checking.reports import CheckReport
from kerasinspect.late.dataclasses import dataclass
from kerasinspect.limits import DEFAULT, Limits
from kerasinspect.opening import open_with_container

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.analysis.training import Training
    from kerasinspect.checking.evidence import Evidence


@dataclass(frozen=True, slots=True)
class Examination:
    """One open model: what its arrays are, and what its values say."""

    inspection: Inspection
    """Of the whole model; its figures are known already."""
    report: CheckReport
    """What the rules that are asked by default find, with whatever could not be read."""
    training: Training | None
    """Whether its layers were trained."""

    @property
    def damage(self) -> Damage:
        """What could not be read."""
        damage = Damage()
        for sentence in self.report.models[0].unread:
            damage.note(sentence)
        return damage


@contextmanager
def examined(location: str, limits: Limits = DEFAULT) -> Iterator[Examination]:
    """Open a model and read each array once; raises what ``open_model`` raises.

    An array that cannot be read has a sentence in the report, and the others are read on.
    """
    model, container = open_with_container(location, limits)
    with model:
        evidence, damage = gather(model, container, training=True)
        yield Examination(_inspected(evidence), _report(evidence, damage), evidence.training)


def _inspected(evidence: Evidence) -> Inspection:
    """All there is to say of the layers and weights, without measuring any again."""
    damage = Damage(frozenset(evidence.model.damage))
    return inspect(select(evidence.model), InspectionOptions(), damage, measured=evidence.statistics)


def _report(evidence: Evidence, damage: tuple[str, ...]) -> CheckReport:
    """The findings of all rules that are asked without a policy."""
    policy = Policy()
    rules = policy.rules(with_contract=False)
    return CheckReport((report_on(evidence, damage, rules),), policy.fail_on, rules)
