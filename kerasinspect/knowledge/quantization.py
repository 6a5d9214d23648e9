"""How quantization and LoRA change which arrays a layer has, and their order in a file.

Source: the variable serialisation of Keras 3.2 to 3.15 and its development version, by saving each mode.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from kerasinspect.knowledge.kinds import UNKNOWN, WeightSpec
from kerasinspect.knowledge.layers import row_of
from kerasinspect.knowledge.layers.weights import LORA, lora_factors
from kerasinspect.knowledge.serialized import as_mapping, text_at
from kerasinspect.late.dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from kerasinspect.json_values import JsonObject

    _Kinds = tuple[WeightSpec, ...]
    _Version = tuple[int, int] | None

CALIBRATED = ("gptq", "awq")
"""Modes that store the kernel as unsigned integers around a zero point."""
_INPUTS_FIRST = (3, 16)
"""Since then gptq and awq kernels have a row for each input, not for each unit, and all zero points have one name."""
_MOST_REMEMBERED = 64
"""Policies that are read no more than once: a model has few, and each layer is asked four times for its own."""
_RELEASED = (3, 15)
"""The version by whose words arrays are called where neither version nor names nor shapes tell."""
_FORGETFUL = ((3, 0), (3, 1), (3, 2), (3, 3), None)
"""Versions that do not save how a LayerNormalization scales, or may not."""
FIRST_AXIS_INT4 = ((3, 11), (3, 12), (3, 13))
"""Versions in which two values of int4 share a byte along the first axis; such a kernel looks as one of int8 does."""
SHARING: Mapping[str, tuple[str, int]] = {
    "input pair": ("input", 2),
    "unit pair": ("unit", 2),
    "unit quad": ("unit", 4),
    "unit quintet": ("unit", 5),
}
"""Axes along which several values share a byte: what the values run along, and how many share one."""
_SHARED = {many: name for name, (whole, many) in SHARING.items() if whole == "unit"}


@dataclass(frozen=True, slots=True)
class Policy:
    """What a layer's dtype policy says."""

    mode: str | None = None
    """int8, int4, float8, gptq, awq, ternary; None where nothing is quantized."""
    name: str | None = None
    """The whole policy in Keras's words: ``mixed_bfloat16``, ``int8_from_float32``."""
    block: int | None = None
    """Values that share a scale, where int4, gptq and awq work in blocks."""
    bits: int = 4
    """Bits of a value in gptq."""
    pairs_last: bool = False
    """Two int4 values share a byte along the last axis, since Keras 3.14; before, along the first."""
    source: str | None = None
    """The policy that the layer had before it was quantized."""


def policy_of(config: JsonObject) -> Policy:
    """The dtype policy in a layer's config, from every generation of it."""
    value = config.get("dtype")
    if isinstance(value, dict):
        inner = as_mapping(value.get("config"))
        mode, source, name = text_at(inner, "mode"), text_at(inner, "source_name"), text_at(inner, "name")
        return _parsed(mode, name or (f"{mode}_from_{source}" if mode else None), source)
    if isinstance(value, str) and "_from_" in value:
        mode, source = value.split("_from_", 1)
        return _parsed(mode, value, source)
    return _parsed(None, value if isinstance(value, str) else None, None)


def tells_quantization(config: JsonObject) -> bool:
    """Whether a config has a policy that quantizes: one for the whole layer, or some for the layers inside it."""
    value = config.get("dtype")
    is_map = isinstance(value, dict) and text_at(value, "class_name") == "DTypePolicyMap"
    return is_map or policy_of(config).mode is not None


@lru_cache(_MOST_REMEMBERED)
def _parsed(mode: str | None, name: str | None, source: str | None) -> Policy:
    """A policy from its mode, which may carry bits and a block size: ``int4/128``, ``gptq/4/128``."""
    if not mode:
        return Policy(name=name, source=source)
    word, *parts = mode.split("/")
    numbers = [int(part) for part in parts if part.removeprefix("-").isdecimal() and len(part) < len(str(2**31))]
    block = numbers[-1] if numbers and numbers[-1] > 0 else None
    bits = numbers[0] if word in CALIBRATED and numbers else 4
    return Policy(word, name, block, bits, pairs_last=word == "int4" and bool(parts), source=source)


def variants(class_name: str, kinds: _Kinds, config: JsonObject, keras_version: _Version = None) -> list[_Kinds]:
    """The arrays that a layer may have stored, the likeliest first: as its config says, then as known bugs leave it.

    ``kinds`` are those of the unquantized layer in stored order. Layouts of several versions are told apart by sizes,
    see ``sizes_agree``.
    """
    policy, spec = policy_of(config), row_of(class_name)
    if policy.mode and kinds and spec.quantized == "kernel":
        return [*_dense_variants(policy, kinds, keras_version, is_einsum=spec.is_equation)]
    if policy.mode in ("int8", "int4") and kinds and spec.quantized == "embeddings":
        return [*_embedding_variants(policy.mode, kinds)]
    if spec.forgotten_key and config and keras_version in _FORGETFUL:
        return [kinds, kinds[:1]]
    return [kinds]


def untold_variants(class_name: str, kinds: _Kinds, keras_version: _Version = None) -> Iterator[_Kinds]:
    """The arrays of a layer whose config does not say how it is quantized, in any of the ways that there are.

    So it is without a config, and for the projections of an attention layer, whose policy Keras does not save.
    """
    spec = row_of(class_name)
    if kinds and spec.quantized == "kernel":
        is_einsum, version = spec.is_equation, keras_version or _RELEASED
        for policy in _UNTOLD:
            if policy != _FIRST_PAIRED or keras_version in (None, *FIRST_AXIS_INT4):
                yield from _dense_variants(policy, kinds, version, is_einsum=is_einsum)
    elif kinds and spec.quantized == "embeddings":
        yield from _embedding_variants("int8", kinds)
        yield from _embedding_variants("int4", kinds)


_FIRST_PAIRED = Policy("int4")
_UNTOLD = (
    *(Policy("float8"), Policy("int8"), Policy("int4", pairs_last=True), _FIRST_PAIRED, Policy("ternary")),
    *(Policy(mode, bits=bits) for mode in CALIBRATED for bits in (4, 8, 2)),
)
"""All ways to quantize a kernel that leave different arrays."""


def sizes_agree(kinds: _Kinds, shapes: Sequence[tuple[int, ...]]) -> bool:
    """Whether arrays of such shapes can be these weights together: an axis of one name has one size in all of them."""
    sizes: dict[str, int] = {}
    for kind, shape in zip(kinds, shapes, strict=True):
        # A free rank stands for several axes of one name, the product of which others may have as one.
        names = None if kind.free_rank else kind.names_along(shape)
        for name, size in zip(names or (), shape, strict=False):
            if sizes.setdefault(name, size) != size:
                return False
    return all(
        size == -(-sizes.get(whole, size * many) // many)
        for name, size in sizes.items()
        for whole, many in [SHARING.get(name, (name, 1))]
    )


def without_axes(kinds: _Kinds) -> _Kinds:
    """Weights with nothing said of what runs along them, since their sizes contradict each other."""
    return tuple(replace(kind, axes=tuple(UNKNOWN for _ in kind.axes)) for kind in kinds)


def _dense_variants(policy: Policy, kinds: _Kinds, keras_version: _Version, *, is_einsum: bool) -> Iterator[_Kinds]:
    """What a quantized Dense or EinsumDense stores."""
    kernel, *rest = kinds
    bias = tuple(kind for kind in rest if kind.name == "bias")
    if policy.mode == "float8":
        yield (kernel, *bias, *_FLOAT8)
    elif policy.mode in CALIBRATED:
        yield from _calibrated_variants(policy, bias, is_einsum=is_einsum)
    elif policy.mode == "ternary":
        yield (_fixed("kernel", "input", _SHARED[5], dtypes=("uint8",)), *bias, _fixed("kernel_scale"))
    elif policy.mode == "int4":
        yield from _int4_variants(policy, kernel, bias, keras_version, is_einsum=is_einsum)
    else:
        scale = replace(_fixed("kernel_scale", "unit"), free_rank=is_einsum)
        yield (replace(kernel, trainable=False, dtypes=("int8",)), *bias, scale)


def _calibrated_variants(policy: Policy, bias: _Kinds, *, is_einsum: bool) -> Iterator[_Kinds]:
    """What a Dense or EinsumDense of gptq or awq stores: with a row for each unit, and with a row for each input."""
    groups = _fixed("g_idx", "input")
    after = (_fixed("awq_scales", "input"), groups) if policy.mode == "awq" else (groups,)
    units = _SHARED[2] if policy.bits == 4 else "unit"  # noqa: PLR2004 - two values of four bits a byte
    packed = (*bias, _fixed("kernel", units, "input", dtypes=("uint8",)), _fixed("kernel_scale", "unit", "group"))
    zero = _fixed("zero_point" if is_einsum else "kernel_zero", "unit", "group", dtypes=("uint8",))
    yield (*packed, zero, *after)
    units = _SHARED[4] if policy.bits == 2 else units  # noqa: PLR2004 - four values of two bits a byte
    packed_since = (*bias, _fixed("kernel", "input", units, dtypes=("uint8",)), _fixed("kernel_scale", "group", "unit"))
    yield (*packed_since, _fixed("zero_point", "group", "unit", dtypes=("uint8",)), *after)
    # Keras 3.14.0 to 3.15.1 forgets the zero points of these modes when it saves .keras files.
    yield (*packed, replace(after[0], gap=1), *after[1:])


def lost_zero_point(dtypes: Mapping[str, str]) -> bool:
    """Whether weights of such names and dtypes are a gptq or awq layer's without its zero points."""
    is_calibrated = dtypes.get("kernel") == "uint8" and {"kernel_scale", "g_idx"} <= dtypes.keys()
    return is_calibrated and not {"kernel_zero", "zero_point"} & dtypes.keys()


def _int4_variants(
    policy: Policy, kernel: WeightSpec, bias: _Kinds, keras_version: _Version, *, is_einsum: bool
) -> Iterator[_Kinds]:
    """What a Dense or EinsumDense of int4 stores: with a scale for each unit, or one for each block of its inputs."""
    if policy.pairs_last:
        packed = _fixed("kernel", "input", "unit pair", dtypes=("int8",))
    else:
        first = kernel.axes.index("input") if "input" in kernel.axes else len(kernel.axes)
        axes = tuple("input pair" if axis == first else name for axis, name in enumerate(kernel.axes))
        packed = replace(kernel, axes=axes, trainable=False, dtypes=("int8",))
    scale = replace(_fixed("kernel_scale", "unit"), free_rank=is_einsum and not policy.pairs_last)
    yield (packed, *bias, scale)
    grouped = _fixed("kernel_scale", "group", "unit")
    for name in _zero_names(keras_version):
        yield (packed, *bias, grouped, _fixed(name, "group", "unit", dtypes=("int8",)), _fixed("g_idx", "input"))


def _zero_names(keras_version: _Version) -> tuple[str, ...]:
    """What the zero points of int4 may be called."""
    if keras_version is None:
        return ("kernel_zero", "zero_point")
    return ("kernel_zero",) if keras_version < _INPUTS_FIRST else ("zero_point",)


def _embedding_variants(mode: str, kinds: _Kinds) -> Iterator[_Kinds]:
    """What a quantized Embedding or ReversibleEmbedding stores."""
    table, *rest = kinds
    back = tuple(kind for kind in rest if kind.name == "reverse_embeddings")
    if mode == "int4":
        table = replace(table, axes=("index", "unit pair"))
        back = tuple(replace(kind, axes=("unit pair", "index")) for kind in back)
    table = replace(table, trainable=False, dtypes=("int8",))
    back = tuple(replace(kind, trainable=False, dtypes=("int8",)) for kind in back)
    scale = _fixed("embeddings_scale", "index")
    yield (table, scale, *(one for kind in back for one in (kind, _fixed("reverse_embeddings_scale", "index"))))
    if mode == "int4":
        grouped, zero = _fixed("embeddings_scale", "index", "group"), _fixed("embeddings_zero", "index", "group")
        behind = (
            _fixed("reverse_embeddings_scale", "group", "index"),
            _fixed("reverse_embeddings_zero", "group", "index", dtypes=("int8", "float32")),
        )
        front = (table, grouped, replace(zero, dtypes=("int8",)), _fixed("g_idx", "unit"))
        yield (*front, *(one for kind in back for one in (kind, *behind)))


def _fixed(name: str, *axes: str, dtypes: tuple[str, ...] = ()) -> WeightSpec:
    """A quantization array, which training does not change."""
    return WeightSpec(name, axes, trainable=False, dtypes=dtypes)


_FLOAT8 = tuple(
    kind
    for what in ("inputs", "kernel", "outputs_grad")
    for kind in (WeightSpec(f"{what}_scale"), WeightSpec(f"{what}_amax_history", ("step",)))
)
"""Scales and the largest values of late, which Keras overwrites by way of gradients: they count as trainable."""


def adapted(kinds: _Kinds, config: JsonObject) -> _Kinds:
    """Weights of a layer whose LoRA factors are merged into what they adapt, and missing in the file.

    ``get_weights()`` has the factors after all trainable weights: before a quantized kernel, which is none.
    """
    missing = len(lora_kinds(kinds, config))
    first = next((kind for kind in kinds if not kind.trainable), None)
    if not missing or first is None:
        return kinds
    return tuple(replace(kind, gap=kind.gap + missing) if kind is first else kind for kind in kinds)


def lora_kinds(kinds: _Kinds, config: JsonObject) -> _Kinds:
    """The two factors that LoRA adds to a layer; ``.keras`` files hold only the kernel with them merged in."""
    if not config.get("lora_rank"):
        return ()
    for kind in kinds:
        if kind.name in LORA and kind.axes:
            return lora_factors(kind)
    return ()
