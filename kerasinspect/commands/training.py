"""``training``: whether each layer was trained, and what that rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import CLASS, FORMAT, INDEX, LAYER, LIMITS, MODEL, OUTPUT, QUIET, WEIGHT, options

if TYPE_CHECKING:
    from kerasinspect.writing import Target


@click.command(short_help="Tell for each layer whether it was trained or still has its initial values.")
@options(MODEL, LAYER, WEIGHT, CLASS, INDEX, FORMAT, OUTPUT, LIMITS, QUIET)
def training(
    location: str,
    *,
    layers: tuple[str, ...],
    weights: tuple[str, ...],
    classes: tuple[str, ...],
    indices: tuple[str, ...],
    format_name: str,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Tell for each layer of MODEL whether it was trained, from its values, its initializers and the optimizer's state.

    "initial" is a layer whose numbers are still those that its initializers gave, "changed" one whose numbers are not.
    """
    from kerasinspect.analysis.inspection import inspecting
    from kerasinspect.analysis.selection import select
    from kerasinspect.analysis.training import assess_training
    from kerasinspect.commands.emitting import emit_blocks, emit_document, finish
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.opening import open_model
    from kerasinspect.output.documents.training import training_document
    from kerasinspect.output.pages.training import training_blocks
    from kerasinspect.writing import require_replaceable

    require_replaceable(output, location)
    with open_model(location, with_limits(DEFAULT, limits)) as model:
        selection = select(model, layers, weights, classes, indices)
        with inspecting(selection, whole=True) as inspection:
            result = assess_training(model, damage=inspection.damage)
            verified = inspection.checksum()
        if format_name == "json":
            emit_document(training_document(result, selection, verified), output, location)
        else:
            emit_blocks(training_blocks(result, selection), output, location)
        return finish(selection, inspection.damage, quiet=quiet)
