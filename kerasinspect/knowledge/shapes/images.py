"""Output shapes of layers that work on places: convolutions, pooling, padding, cropping, resizing, spectrograms.

An input has a batch axis, one to three axes of places, and a channel axis that is last, or comes before the places
where ``data_format`` is ``channels_first`` (in Keras 1, ``dim_ordering`` is ``th``).

Sources: keras/src/ops/operation_utils.py, keras/src/backend/common/backend_utils.py, keras/utils/np_utils.py (Keras 1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from kerasinspect.knowledge.serialized import first_of, flag, is_whole, repeated, size, whole, word
from kerasinspect.knowledge.shapes.rule import Inputs, Outputs, need, only

if TYPE_CHECKING:
    from collections.abc import Callable

    from kerasinspect.json_values import Json, JsonObject
    from kerasinspect.model import Shape

_WINDOWS = ("kernel_size", "pool_size", "filter_length", "pool_length")
_WINDOW_SIDES = (("nb_row", "nb_col"), ("kernel_dim1", "kernel_dim2", "kernel_dim3"))
_STRIDES = ("strides", "subsample", "subsample_length", "stride")


def convolution(config: JsonObject, inputs: Inputs) -> Outputs:
    """Filters at every place that a window stops at: plain, separable, atrous and locally connected convolutions."""
    return _slide(config, inputs[0], need(size(config, "filters", "nb_filter")))


def depthwise(config: JsonObject, inputs: Inputs) -> Outputs:
    """``depth_multiplier`` patterns for each channel, at every place that a window stops at."""
    channels = _channels(config, inputs[0])
    multiplier = size(config, "depth_multiplier")
    return _slide(config, inputs[0], channels * (1 if multiplier is None else multiplier) if channels else None)


def transposed(config: JsonObject, inputs: Inputs) -> Outputs:
    """Filters at all places that the windows of a transposed convolution fill."""
    count = len(inputs[0]) - 2
    window = _window(config, count)
    strides = _steps(config, count, _STRIDES, 1)
    rates = _steps(config, count, ("dilation_rate",), 1)
    extra = repeated(config, count, "output_padding")
    spans = [(side - 1) * rate + 1 for side, rate in zip(window, rates, strict=True)]
    lengths = [
        _spread_length(length, span, stride, _padding(config), extra[axis] if extra else None)
        for axis, (length, span, stride) in enumerate(zip(_places(config, inputs[0]), spans, strides, strict=True))
    ]
    return _assembled(config, inputs[0], lengths, need(size(config, "filters", "nb_filter")))


def deconvolution(config: JsonObject, inputs: Inputs) -> Outputs:
    """Filters at the places that a deconvolution of Keras 1 keeps in its config."""
    target = first_of(config, "output_shape")
    sizes = tuple(size if is_whole(size) else None for size in target) if isinstance(target, list) else ()
    only(len(sizes) == len(inputs[0]))
    places = [*_places(config, sizes)]
    return _assembled(config, inputs[0], places, need(size(config, "nb_filter")))


def pooling(config: JsonObject, inputs: Inputs) -> Outputs:
    """The places at which a window stops, which moves by its own size where no strides are said."""
    window = _window(config, len(inputs[0]) - 2)
    return _slide({"strides": list(window), **_without_nulls(config)}, inputs[0], _channels(config, inputs[0]))


def adaptive_pooling(config: JsonObject, inputs: Inputs) -> Outputs:
    """As many places as are asked for."""
    places = need(repeated(config, len(inputs[0]) - 2, "output_size"))
    return _assembled(config, inputs[0], list(places), _channels(config, inputs[0]))


def global_pooling(config: JsonObject, inputs: Inputs) -> Outputs:
    """One number per channel, with or without axes of size one for the places."""
    channels, places = _channels(config, inputs[0]), _places(config, inputs[0])
    if flag(config, "keepdims", default=False):
        return _assembled(config, inputs[0], [1] * len(places), channels)
    return inputs[0][0], channels


def zero_padding(config: JsonObject, inputs: Inputs) -> Outputs:
    """The input with places added at both ends."""
    return _resized(config, inputs[0], lambda length, added: length + added, "padding")


def cropping(config: JsonObject, inputs: Inputs) -> Outputs:
    """The input with places taken away at both ends."""
    return _resized(config, inputs[0], lambda length, removed: length - removed, "cropping")


def up_sampling(config: JsonObject, inputs: Inputs) -> Outputs:
    """The input with every place repeated."""
    places = _places(config, inputs[0])
    factors = need(repeated(config, len(places), "size", "length"))
    lengths = [None if place is None else place * factor for place, factor in zip(places, factors, strict=True)]
    return _assembled(config, inputs[0], lengths, _channels(config, inputs[0]))


def fixed_size(config: JsonObject, inputs: Inputs) -> Outputs:
    """Pictures, one or a batch, of the config's height and width."""
    shape, sides = list(inputs[0]), (need(size(config, "height")), need(size(config, "width")))
    only(len(shape) in (3, 4))
    height = len(shape) - 2 if _channels_first(config) else len(shape) - 3
    return (*shape[:height], *sides, *shape[height + 2 :])


def stft_spectrogram(config: JsonObject, inputs: Inputs) -> Outputs:
    """A strength per frequency for every frame of a signal."""
    frame = need(size(config, "frame_length"))
    frequencies = need(size(config, "fft_length")) // 2 + 1
    frequencies *= 2 if word(config, "mode") == "stft" else 1
    channels = need(_channels(config, inputs[0]))
    only(len(inputs[0]) == 1 + 2)
    slid = {**config, "kernel_size": frame, "strides": need(size(config, "frame_step"))}
    shape = _slide(slid, inputs[0], frequencies * channels)
    if not flag(config, "expand_dims", default=False):
        return shape
    if _channels_first(config):
        return shape[0], channels, shape[2], frequencies
    return shape[0], shape[1], frequencies, channels


def mel_spectrogram(config: JsonObject, inputs: Inputs) -> Outputs:
    """A strength per frequency band for every stretch of a signal, one or a batch."""
    only(len(inputs[0]) in (1, 2))
    *batch, length = inputs[0]
    stride = need(size(config, "sequence_stride"))
    only(stride > 0)
    return (*batch, need(size(config, "num_mel_bins")), None if length is None else (length + stride + 1) // stride)


def _slide(config: JsonObject, shape: Shape, channels: int | None) -> Shape:
    """Channels at the places where a window stops that slides over an input."""
    places = _places(config, shape)
    window = _window(config, len(places))
    strides = _steps(config, len(places), _STRIDES, 1)
    rates = _steps(config, len(places), ("dilation_rate", "atrous_rate"), 1)
    lengths = [
        _slid_length(length, (side - 1) * rate + 1, stride, _padding(config))
        for length, side, rate, stride in zip(places, window, rates, strides, strict=True)
    ]
    return _assembled(config, shape, lengths, channels)


def _slid_length(length: int | None, span: int, stride: int, padding: str) -> int | None:
    """The number of places that a window of ``span`` stops at."""
    if length is None:
        return None
    match padding:
        case "valid":
            return (length - span) // stride + 1
        case "same" | "causal":
            return (length - 1) // stride + 1
        case _:
            only(padding == "full")  # Keras 1 had it
            return (length + span - 2) // stride + 1


def _spread_length(length: int | None, span: int, stride: int, padding: str, extra: int | None) -> int | None:
    """The number of places that a transposed convolution fills."""
    only(padding in {"valid", "same"})
    if length is None:
        return None
    if padding == "valid":
        return (length - 1) * stride + span + (max(stride - span, 0) if extra is None else extra)
    return length * stride if extra is None else (length - 1) * stride + span % 2 + extra


def _resized(config: JsonObject, shape: Shape, change: Callable[[int, int], int], key: str) -> Shape:
    """The input with the number of its places changed by what lies at both ends."""
    places = _places(config, shape)
    ends = _ends(first_of(config, key), len(places))
    lengths = [None if place is None else change(place, end) for place, end in zip(places, ends, strict=True)]
    return _assembled(config, shape, lengths, _channels(config, shape))


def _ends(value: object, count: int) -> list[int]:
    """Both ends of each axis in sum: one number for all, one or two per axis, or Keras 1's names and flat lists."""
    if isinstance(value, dict):
        names = (("left_pad", "right_pad"),) if count == 1 else (("top_pad", "bottom_pad"), ("left_pad", "right_pad"))
        value = [[whole(value, name) or 0 for name in pair] for pair in names]
    if is_whole(value):
        value = [value] * count
    only(isinstance(value, list | tuple))
    sides = list(value) if isinstance(value, list | tuple) else []
    if len(sides) == 2 * count and all(map(is_whole, sides)):
        sides = [sides[axis : axis + 2] for axis in range(0, 2 * count, 2)]
    only(len(sides) == count)
    pairs = [need(repeated({"side": side}, 2, "side")) for side in sides]
    return [sum(pair) for pair in pairs]


def _channels_first(config: JsonObject) -> bool:
    return word(config, "data_format") == "channels_first" or word(config, "dim_ordering") == "th"


def _channels(config: JsonObject, shape: Shape) -> int | None:
    only(len(shape) > 1)
    return shape[1] if _channels_first(config) else shape[-1]


def _places(config: JsonObject, shape: Shape) -> Shape:
    only(len(shape) > 2)  # noqa: PLR2004 - batch and channels are not places
    return shape[2:] if _channels_first(config) else shape[1:-1]


def _assembled(config: JsonObject, shape: Shape, places: list[int | None], channels: int | None) -> Shape:
    if _channels_first(config):
        return (shape[0], channels, *places)
    return (shape[0], *places, channels)


def _window(config: JsonObject, count: int) -> tuple[int, ...]:
    window = repeated(config, count, *_WINDOWS)
    for keys in _WINDOW_SIDES:
        if window is None and all(size(config, key) is not None for key in keys):
            window = tuple(need(size(config, key)) for key in keys)
    window = need(window)
    only(len(window) == count and min(window, default=0) > 0)
    return window


def _steps(config: JsonObject, count: int, keys: tuple[str, ...], default: int) -> tuple[int, ...]:
    steps = (default,) * count if first_of(config, *keys) is None else need(repeated(config, count, *keys))
    only(min(steps, default=0) > 0)
    return steps


def _padding(config: JsonObject) -> str:
    return (word(config, "padding", "border_mode") or "valid").lower()


def _without_nulls(config: JsonObject) -> dict[str, Json]:
    return {key: value for key, value in config.items() if value is not None}
