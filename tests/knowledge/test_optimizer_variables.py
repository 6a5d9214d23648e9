"""The variables that an optimizer tracks, from the shapes of its state."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from kerasinspect.knowledge.optimizers.variables import tracked_shapes

if TYPE_CHECKING:
    from kerasinspect.json_values import Json

    Shape = tuple[int, ...]

KERNEL, BIAS = (4, 3), (3,)
HEADER: list[Shape] = [(), ()]


@pytest.mark.parametrize(
    ("optimizer", "shapes", "expected"),
    [
        ({"class_name": "Adam", "config": {"amsgrad": False}}, [*HEADER, KERNEL, KERNEL, BIAS, BIAS], [KERNEL, BIAS]),
        ("adam", [*HEADER, KERNEL, KERNEL, BIAS, BIAS], [KERNEL, BIAS]),
        (
            {"class_name": "Adam", "config": {"amsgrad": True}},
            [*HEADER, KERNEL, KERNEL, BIAS, BIAS, KERNEL, BIAS],
            [KERNEL, BIAS],
        ),
        ({"class_name": "SGD", "config": {"momentum": 0.9}}, [*HEADER, KERNEL, BIAS], [KERNEL, BIAS]),
        ({"class_name": "SGD", "config": {"momentum": 0.9}}, [(), KERNEL, BIAS], [KERNEL, BIAS]),
        ({"class_name": "SGD", "config": {"momentum": 0.0}}, HEADER, None),
        ({"class_name": "SGD", "config": {"momentum": 0.9}}, HEADER, None),
        ({"class_name": "Nadam", "config": {"x": 1}}, [*HEADER, KERNEL, KERNEL, ()], [KERNEL]),
        ({"class_name": "Muon", "config": {"x": 1}}, [*HEADER, KERNEL, BIAS, BIAS], None),
        ({"class_name": "Mine", "config": {}}, [*HEADER, KERNEL, BIAS], None),
        ({"class_name": "Adam", "config": {"amsgrad": False}}, [*HEADER, KERNEL, BIAS], None),
        ({"class_name": "Adam", "config": {"amsgrad": False}}, [*HEADER, *HEADER, *HEADER, KERNEL, KERNEL], [KERNEL]),
        (
            {
                "class_name": "LossScaleOptimizer",
                "config": {"inner_optimizer": {"class_name": "SGD", "config": {"momentum": 0.5}}},
            },
            [*HEADER, *HEADER, *HEADER, KERNEL],
            [KERNEL],
        ),
        (None, [*HEADER, KERNEL], None),
        ("adam", [], None),
    ],
)
def test_slots_tell_the_variables(optimizer: Json, shapes: list[Shape], expected: list[Shape] | None) -> None:
    """Each variable has the same slots; what fits in no way, or in several, tells nothing."""
    assert tracked_shapes(optimizer, shapes) == expected
