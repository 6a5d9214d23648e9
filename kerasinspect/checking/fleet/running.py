"""A check under way: it gives the report about each file as it comes, and counts what it gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.checking.fleet.judging import HERE, judged
from kerasinspect.checking.policy import Waivers
from kerasinspect.checking.reports import CheckReport, Totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from kerasinspect.checking.fleet.baseline import Baseline
    from kerasinspect.checking.fleet.judging import Question, Work
    from kerasinspect.checking.reports import ModelReport
    from kerasinspect.formats.locating.folder_search import Location


class CheckRun:
    """Files and what is asked of them; iterating over it asks, once."""

    def __init__(
        self, files: Sequence[Location], question: Question, work: Work = HERE, baseline: Baseline | None = None
    ) -> None:
        """Begin with the first file."""
        self._question, self._baseline = question, baseline
        self._reports = judged(files, question, work)
        self._waivers = Waivers(question.policy.waivers)
        self._totals = Totals()

    def __iter__(self) -> Iterator[ModelReport]:
        """The reports about all files that were not asked for before, in order."""
        for report in self._reports:
            for one in report.ignored:  # the waiver that another process used, or a run before, is none that is idle
                self._waivers.reason(one.finding)
            counted = report if self._baseline is None else self._baseline.applied(report)
            self._totals.add(counted)
            yield counted

    def whole(self) -> CheckReport:
        """All reports as one, once the last of them is there."""
        return self.report(tuple(self))

    def report(self, models: tuple[ModelReport, ...] | None = None) -> CheckReport:
        """What there is to say of the whole run: with the models where somebody kept them, else with their number."""
        policy, agreed = self._question.policy, self._question.agreed
        return CheckReport(
            models or (),
            policy.fail_on,
            self._question.rules,
            policy.source,
            policy.passed_over,
            None if agreed is None else agreed.source,
            self._waivers.idle(),
            self._totals if models is None else None,
        )
