"""``lock``: writes down what models are, so that ``check --against`` can hold others to it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import (
    COLOR,
    CONFIG,
    JOBS,
    LIMITS,
    MODELS,
    OUTPUT,
    QUIET,
    one_model,
    options,
)

if TYPE_CHECKING:
    from kerasinspect.writing import Target


@click.command()
@options(MODELS, CONFIG)
@click.option("--hash", "hashes", is_flag=True, help="Lock the values too, by the SHA-256 of each weight.")
@click.option("--exact-names", is_flag=True, help="Have check compare by exact names: dense_2 never stands for dense.")
@options(OUTPUT, JOBS, LIMITS, QUIET, COLOR)
@click.pass_context
def lock(
    context: click.Context,
    locations: tuple[str, ...],
    *,
    config: str | None,
    hashes: bool,
    exact_names: bool,
    output: Target | None,
    jobs: int | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Record the layers, weights, inputs and outputs of MODEL, its version of Keras, and its size as a budget.

    The file is JSON and may be loosened by hand: null for anything, a range such as {"min": 1, "max": 8} for a number,
    a glob such as "3.*" for text. A file that was changed so is not replaced without --force.
    `kerasinspect check --against` reports where a model departs from it. With -o FOLDER/ each model of several, of a
    folder or of a glob gets a lock there.
    """
    from kerasinspect.commands.emitting import emit_document, say_written
    from kerasinspect.commands.listing.locking import Locking, lock_of
    from kerasinspect.errors import RequestError
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.writing import is_folder_target, require_replaceable

    asked = Locking(config, hashes, exact_names, with_limits(DEFAULT, limits))
    if output is not None and is_folder_target(output):
        from kerasinspect.commands.listing.locks import lock_each
        from kerasinspect.formats.locating.locations import find_models

        return lock_each(find_models(locations, asked.limits), asked, output, jobs, quiet=quiet)
    if len(locations) > 1 and all(map(os.path.lexists, locations)):
        message = f"The line has {len(locations):,} models, whose locks go into a folder."
        raise RequestError(message, "Name it with a separator at its end: -o locks/")
    location = one_model(context, locations)
    require_replaceable(output, location)
    emit_document(lock_of(location, asked), output, location)
    say_written("Lock", output, quiet=quiet)
    return 0
