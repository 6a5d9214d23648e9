"""``browse``: look at a model, or at what differs between two, in an interactive view."""

from __future__ import annotations

import click

from kerasinspect.commands.options import COLOR, LIMITS, MODEL_OR_SIDES, options


@click.command()
@options(MODEL_OR_SIDES, LIMITS, COLOR)
def browse(model: str, new: str | None, *, limits: tuple[str, ...]) -> int:
    """Look at MODEL in an interactive view: the layers at the left, what is chosen there at the right.

    With NEW it shows what differs between MODEL, the old one, and NEW. Only what is on the screen is read. Press ? for
    the keys.
    """
    from kerasinspect.browse.running import browse as run
    from kerasinspect.browse.running import require_screen
    from kerasinspect.commands.emitting import aside, has_colour
    from kerasinspect.limits import DEFAULT, with_limits

    require_screen()
    with aside():
        return run(model, new, with_limits(DEFAULT, limits), colour=has_colour())
