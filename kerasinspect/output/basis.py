"""What a report of ``check`` says of what it judged by: the policy, and the lock that the models were compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.escaping import short
from kerasinspect.output.wording import counted, in_force, not_used

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.checking.findings import CheckReport, ModelReport, Severity


_NAMED = 3
"""Layers that Keras numbered anew that are named; of more only the number is said."""


def numbered_anew(model: ModelReport) -> Iterator[str]:
    """A sentence about the layers that count as others of the lock, since Keras numbered them anew, if any do."""
    pairs = model.numbered_anew
    if pairs:
        named = ", ".join(f"{short(path)} for {short(lock)}" for lock, path in pairs[:_NAMED])
        more = f" and {len(pairs) - _NAMED:,} more" if len(pairs) > _NAMED else ""
        yield f"{counted(len(pairs), 'automatic name')} matched with the lock by class and order: {named}{more}."


def basis_of(report: CheckReport) -> Iterator[tuple[Severity, str]]:
    """Each sentence about what the models were judged by, with how much it matters."""
    yield "note", in_force(report.policy)
    yield from (("warning", not_used(policy)) for policy in report.passed_over)
    if report.lock is not None:
        yield "note", f"Each model was compared with the lock file {report.lock}."
