"""What tests of opened models ask of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kerasinspect.model import Array, Extra, Model, Weight


def arrays_of(model: Model) -> list[Array]:
    """Every array of a model, of weights and of extras."""
    stored: list[Weight | Extra] = [*model.weights, *model.extras]
    return [one.array for one in stored]
