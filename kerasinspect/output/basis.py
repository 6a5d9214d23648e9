"""What a report of ``check`` says of what it judged by: the policy, its waivers, and the lock that was compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.output.wording import compared_with, counted, in_force, not_used
from kerasinspect.shown.escaping import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from kerasinspect.checking.reports import CheckReport, ModelReport
    from kerasinspect.checking.rule import Severity


_NAMED = 3
"""Layers that Keras numbered anew, and waivers that waived nothing, that are named; of more the number is said."""


def numbered_anew(model: ModelReport, *, verbose: bool = False) -> Iterator[str]:
    """A sentence about the layers that count as others of the lock, since Keras numbered them anew, if any do.

    When verbose, all are named.
    """
    pairs = model.numbered_anew
    if pairs:
        shown = pairs if verbose else pairs[:_NAMED]
        named = ", ".join(f"{short(path)} with {short(lock)}" for lock, path in shown)
        more = f" and {len(pairs) - len(shown):,} more" if len(pairs) > len(shown) else ""
        numbered = f"{counted(len(pairs), 'layer')} numbered anew by Keras"
        yield f"{numbered}, matched with the lock by class and number: {named}{more}."


def basis_of(report: CheckReport) -> Iterator[tuple[Severity, str]]:
    """Each sentence about what the models were judged by, with how much it matters."""
    yield "note", in_force(report.policy)
    yield from (("warning", not_used(policy)) for policy in report.passed_over)
    if report.lock is not None:
        yield "note", f"Each model that could be read was compared with {compared_with(report.lock)}."
    yield from (("note", sentence) for sentence in waived_nothing(report))


def waived_nothing(report: CheckReport) -> Iterator[str]:
    """A sentence for each of the first waivers that waived nothing, and one for the others."""
    for waiver in report.idle_waivers[:_NAMED]:
        rules = ", ".join(map(short, waiver.names))
        yield f'The waiver of {rules} for "{short(waiver.layer)}" waived nothing: correct its layer, or remove it.'
    if (more := len(report.idle_waivers) - _NAMED) > 0:
        yield f"{counted(more, 'other waiver')} waived nothing."
