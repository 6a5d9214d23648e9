"""``verify``: what the real Keras, on TensorFlow in a process of its own, makes of a model."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from kerasinspect.commands.options import CONFIG, DOCUMENT_FORMAT, MODEL, PAGE, as_target, options

if TYPE_CHECKING:
    from kerasinspect.writing import Target

_GIB = 1 << 30


class _Amount(click.FloatRange):
    """A number from a least one on that is one: what is compared with NaN or infinity is never too much."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:  # noqa: ANN401
        """The number, from text."""
        number: float = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{number} is not a valid amount.", param, ctx)
        return number


@click.command()
@options(MODEL, CONFIG)
@click.option(
    "--python",
    metavar="PATH",
    help="Use the Keras of this Python interpreter. Default: the one that runs kerasinspect.",
)
@click.option("--custom-objects", multiple=True, metavar="MODULE", help="Import custom layers from package.module.")
@click.option("--unsafe", is_flag=True, help="Load a file that holds code, and let that code run.")
@click.option("--input", "inputs", metavar="FILE.npz", help="Run the model on these inputs instead of generated ones.")
@click.option("--record", metavar="FILE.npz", callback=as_target, help="Save inputs and outputs, for a later --golden.")
@click.option(
    "--golden", metavar="FILE.npz", help="Run the model on recorded inputs, and compare with the recorded outputs."
)
@click.option("--rtol", type=_Amount(0), default=1e-3, show_default=True, help="Relative tolerance.")
@click.option("--atol", type=_Amount(0), default=1e-5, show_default=True, help="Absolute tolerance.")
@click.option("--time-limit", type=_Amount(0), default=300, show_default=True, help="Seconds.")
@click.option("--memory-limit", type=_Amount(0.1), default=8, show_default=True, help="GiB.")
@options(DOCUMENT_FORMAT, PAGE)
def verify(
    location: str,
    *,
    config: str | None,
    python: str | None,
    custom_objects: tuple[str, ...],
    unsafe: bool,
    inputs: str | None,
    record: Target | None,
    golden: str | None,
    rtol: float,
    atol: float,
    time_limit: float,
    memory_limit: float,
    format_name: str,
    output: Target | None,
    limits: tuple[str, ...],
    quiet: bool,
) -> int:
    """Load MODEL with the real Keras, compare every array with our own reading, and run it on zeros, ones and noise.

    Keras runs in another process, without network, with limits on time and memory. A file with code in it is not
    loaded without --unsafe. Exit status: 0 verified, 1 refused, different or not loaded, 3 unreadable or killed.
    """
    import sys

    from kerasinspect.commands.emitting import emit_blocks, emit_document, say
    from kerasinspect.limits import DEFAULT, with_limits
    from kerasinspect.output.documents.verify import verify_document
    from kerasinspect.output.pages.verify import verify_blocks
    from kerasinspect.verify import Bounds, Options, Tolerances
    from kerasinspect.verify import verify as ask_keras
    from kerasinspect.writing import require_apart, require_replaceable

    if inputs is not None and golden is not None:
        raise click.UsageError("--golden brings its own inputs: leave out --input.")
    read = (location, inputs, golden, config)
    require_apart((output, record))
    require_replaceable(output, *read)
    asked = Options(
        python or sys.executable,
        unsafe,
        custom_objects,
        *(inputs, record, golden, config),
        Tolerances(rtol, atol),
        Bounds(time_limit, int(memory_limit * _GIB)),
        with_limits(DEFAULT, limits),
    )
    answer = ask_keras(location, asked)
    if format_name == "json":
        emit_document(verify_document(answer), output, *read)
    else:
        emit_blocks(verify_blocks(answer), output, *read)
    say("damaged", answer.damage)
    if record is not None and not quiet and answer.outcome not in {"verified", "differs"}:
        say("note", [f"{record.path} was not written: there are no outputs to keep."])
    return answer.exit_status
