"""Which public names of TensorFlow compute and nothing else, by the module that each comes from.

A layer that wraps a function (``TFOpLambda``) or a class (``ClassMethod``) looks its name up in this registry.
"""

from __future__ import annotations

import importlib
import inspect
import re
from typing import TYPE_CHECKING, Any

from tests.loader_names.operations import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Container

ARRAYS = """
    array_ops array_ops_stack gen_array_ops manip_ops sort_ops tensor_getitem_override gen_data_flow_ops data_flow_ops
    gen_ragged_array_ops ragged_array_ops ragged_concat_ops ragged_factory_ops ragged_getitem ragged_math_ops
    ragged_squeeze_op segment_id_ops sets_impl sparse_ops sparse_tensor tensor_conversion constant_op dtypes
    tensor_util np_array_ops np_utils ragged_functional_ops
"""
MATHEMATICS = """
    math_ops gen_math_ops special_math_ops gen_special_math_ops linalg_ops linalg_impl gen_linalg_ops conjugate_gradient
    bitwise_ops gen_bitwise_ops clip_ops histogram_ops bincount_ops confusion_matrix check_ops control_flow_assert
    numerics weights_broadcast_ops np_math_ops np_array_ops np_random nn_ops
"""
NETWORKS = """
    nn_ops nn_impl gen_nn_ops embedding_ops ctc_ops nn_impl_distribute losses_impl init_ops candidate_sampling_ops
    quantize_op fake_quantize_ops
"""
MEDIA = """
    image_ops_impl gen_image_ops image_ops gen_audio_ops dct_ops fft_ops mel_ops mfcc_ops reconstruction_ops
    shape_ops spectral_ops util_ops window_ops gen_spectral_ops random_crop_ops
"""
TEXTS = "string_ops gen_string_ops ragged_string_ops parsing_ops gen_parsing_ops io_ops"
SAMPLES = "random_ops stateless_random_ops gen_random_index_shuffle_ops stateful_random_ops"

ALLOWED_MODULES = {
    "arrays": ARRAYS,
    "mathematics": MATHEMATICS,
    "networks": NETWORKS,
    "media": MEDIA,
    "texts": TEXTS,
    "samples": SAMPLES,
}
"""Modules of ``tensorflow/python`` whose public functions compute, by kind."""

GRADIENTS = frozenset({"gradients", "hessians", "group", "tuple", "no_op"})
"""Functions of other modules that differentiate and order what a graph computes."""

EXCEPTIONS = re.compile(
    r"^data\.|^compat\.v1\.data\.|(?:^|\.)(?:placeholder\w*|sparse_placeholder|read_file|write_file|matching_files|seed"
    r"|make_ndarray|make_tensor_proto|add_check_numerics_ops|[gs]et_global_generator|enable\w*|disable\w*)$"
)
"""Names from these modules that do something else: they change settings, or open what they are given."""


def public_names() -> dict[str, Any]:
    """Every public name of TensorFlow that a layer may look up, with those of tf_keras once it is imported."""
    importlib.import_module("tensorflow")
    registry = importlib.import_module("tensorflow.python.util.tf_export")
    return dict(sorted(vars(registry)["_NAME_TO_SYMBOL_MAPPING"].items()))


def kind_of(name: str, found: object, operations: Container[str]) -> str | None:
    """Why a public name is allowed, as a key of ``ALLOWED_KINDS``; None where it is not."""
    plain = name.removeprefix("compat.v1.")
    if plain.startswith("raw_ops."):
        return "operation" if plain.removeprefix("raw_ops.") in operations else None
    if plain.startswith("keras."):
        return None
    if inspect.isclass(found) or not callable(found) or EXCEPTIONS.search(name) or _opens(found):
        return None
    module = str(getattr(found, "__module__", ""))
    last = module.rpartition(".")[2]
    if not module.startswith("tensorflow.python."):
        return None
    if plain in GRADIENTS:
        return "gradients"
    return next((kind for kind, modules in ALLOWED_MODULES.items() if last in modules.split()), None)


def _opens(found: Any) -> bool:  # noqa: ANN401 - any function
    """Whether one of its parameters names a file, an address or a place."""
    try:
        parameters = inspect.signature(found).parameters
    except (TypeError, ValueError):
        return True
    return any(OUTSIDE.search(word) for word in parameters if word != "top_paths")


def tensor_attributes() -> frozenset[str]:
    """What ragged and sparse tensors have by the names that Keras's own tensors of these kinds pass on to them."""
    keras_tensor = importlib.import_module("tf_keras.src.engine.keras_tensor")
    kinds = (keras_tensor.RaggedKerasTensor, keras_tensor.SparseKerasTensor)
    inherited = {*dir(keras_tensor.KerasTensor)}
    return frozenset(
        name for kind in kinds for name in vars(kind) if not name.startswith("_") and name not in inherited
    )
