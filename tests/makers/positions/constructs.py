"""All constructs by name: each makes a model, and a batch of its inputs, with the Keras of ``kit``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.makers.positions.builtin_names import BUILTIN_NAMES
from tests.makers.positions.models import MODELS
from tests.makers.positions.own_arrays import OWN_ARRAYS
from tests.makers.positions.quantized import QUANTIZED
from tests.makers.positions.recurrent import RECURRENT
from tests.makers.positions.sublayers import SUBLAYERS
from tests.makers.positions.third_party import THIRD_PARTY
from tests.makers.positions.wrappers import WRAPPERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.makers.positions.kit import Made

CONSTRUCTS: dict[str, Callable[[], Made]] = {
    **WRAPPERS,
    **OWN_ARRAYS,
    **SUBLAYERS,
    **MODELS,
    **RECURRENT,
    **BUILTIN_NAMES,
    **QUANTIZED,
    **THIRD_PARTY,
}
