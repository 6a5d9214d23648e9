"""``lock``: writes down what a model is, so that ``check --against`` can hold others to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from kerasinspect.commands.options import COLOR, CONFIG, LIMITS, MODEL, OUTPUT, QUIET, options
from kerasinspect.late.dataclasses import replace

if TYPE_CHECKING:
    from kerasinspect.writing import Target


@click.command()
@options(MODEL, CONFIG)
@click.option("--hash", "hashes", is_flag=True, help="Lock the values too, by the SHA-256 of each weight.")
@click.option("--exact-names", is_flag=True, help="Have check compare by exact names: dense_2 never stands for dense.")
@options(OUTPUT, LIMITS, QUIET, COLOR)
def lock(
    location: str,
    *,
    config: str | None,
    hashes: bool,
    exact_names: bool,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> None:
    """Record the layers, weights, inputs and outputs of MODEL, its version of Keras, and its size as a budget.

    The file is JSON and may be loosened by hand: null for anything, a range such as {"min": 1, "max": 8} for a number,
    a glob such as "3.*" for text. A file that was changed so is not replaced without --force.
    `kerasinspect check --against` reports where a model departs from it.
    """
    from kerasinspect.analysis.weights_checksum import verifying
    from kerasinspect.checking.contract import contract_of
    from kerasinspect.checking.locks import sealed
    from kerasinspect.commands.emitting import emit_document, say_written
    from kerasinspect.errors import DamagedFile
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.opening import open_model
    from kerasinspect.output.documents.lock import lock_document
    from kerasinspect.progress import expect
    from kerasinspect.writing import require_replaceable

    require_replaceable(output, location)
    with open_model(location, with_limits(DEFAULT, limits), config=config) as model:
        damage = [*model.damage]
        expect(model.nbytes if hashes else 0)
        with verifying(model, damage.append, whole=hashes) as checksum:
            contract = replace(contract_of(model, hashes=hashes), exact_names=exact_names)
            checksum()
        if damage:
            raise DamagedFile(f"{location} is damaged: {damage[0]}", "Lock a model that can be read as a whole.")
        emit_document(sealed(lock_document(contract)), output, location)
    say_written("Lock", output, quiet=quiet)
