"""JSON values that no config should hold, for tests that nothing breaks on them."""

from __future__ import annotations

import math
from typing import Any

ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 2, 7, 2**70, 0.0, 1.5, -1e308, 1e308, math.inf, -math.inf, math.nan),
    *("", "x", "same", "valid", "channels_first", "a,b->c", "...a,ab->...b", "zeros", "VarianceScaling", "\x1b[31m"),
    *(
        [],
        [None],
        [0],
        [-1],
        [1, 2],
        [0, 0],
        [2**70],
        ["x"],
        [[1, 1]],
        [[1], [2]],
        [[0, 2], [2, 0]],
        [{}],
        [True, True],
    ),
    *({}, {"class_name": 3}, {"class_name": "Dense"}, {"class_name": "Dense", "config": []}),
    {"class_name": "LSTM", "config": {"units": -3}},
    {"class_name": "VarianceScaling", "config": {"scale": -1.0, "mode": 3, "distribution": []}},
    {"class_name": "RandomUniform", "config": {"minval": -1.7e308, "maxval": 1.7e308}},
    {"class_name": "GlorotUniform", "config": {"input_axes": [9, -9], "output_axes": [0]}},
    {"class_name": "Bidirectional", "config": {"layer": {"class_name": "Bidirectional", "config": {"layer": 1}}}},
)
