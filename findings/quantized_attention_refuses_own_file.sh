#!/usr/bin/env bash
# Keras 3.15.1: model.quantize("int8") reaches the projections of MultiHeadAttention, and load_model() refuses the file.
#
# Behaviour: quantize() of a model goes through all layers, also through those that another layer makes, and gives each
# of the four EinsumDense in the attention layer a dtype policy of its own. get_config() of the attention layer writes
# one policy, its own, which is still float32. So load_model() makes float EinsumDense, whose reader sees the layout of
# the quantized ones and takes none of their variables. The .keras and the .h5 file both end in a ValueError; the arrays
# are all in them. quantize() before load_weights() brings them back. A quantized Dense beside it loads from its own file.
#
# Surprise: quantize() reports nothing, predict() works, save() works, and no file that save() writes can be loaded.
#
# Standard output as seen:
#   Dense:              .keras loads, equal outputs True
#   MultiHeadAttention: policy in config float32, of a projection int8_from_float32
#   MultiHeadAttention: .keras ValueError: A total of 4 objects could not be loaded
#   MultiHeadAttention: .h5 ValueError: Weight count mismatch for layer #0
#   MultiHeadAttention: .weights.h5 after quantize(), equal outputs True
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'jax==0.10.2' 'h5py==3.16.0' || exit 2

cd "$work"
KERAS_HOME="$work/home" KERAS_BACKEND=jax venv/bin/python -W ignore - <<'PYTHON'
import re
import sys

import keras
import numpy as np

values = np.random.default_rng(0).normal(size=(2, 4, 8)).astype("float32")


def with_dense():
    return keras.Sequential([keras.Input((4, 8)), keras.layers.Dense(3)])


def with_attention():
    given = keras.Input((4, 8))
    return keras.Model(given, keras.layers.MultiHeadAttention(2, 4, name="attention")(given, given))


def outputs(model):
    return np.asarray(model(values))


EXPECTED = """
Dense:              .keras loads, equal outputs True
MultiHeadAttention: policy in config float32, of a projection int8_from_float32
MultiHeadAttention: .keras ValueError: A total of 4 objects could not be loaded
MultiHeadAttention: .h5 ValueError: Weight count mismatch for layer #0
MultiHeadAttention: .weights.h5 after quantize(), equal outputs True
"""

seen = []
dense = with_dense()
dense.quantize("int8")
dense.save("dense.keras")
equal = np.allclose(outputs(keras.saving.load_model("dense.keras")), outputs(dense))
seen.append(f"Dense:              .keras loads, equal outputs {equal}")

model = with_attention()
model.quantize("int8")
attention = model.get_layer("attention")
in_config = attention.get_config()["dtype"]["config"]["name"]
of_projection = attention.query_dense.dtype_policy.name
seen.append(f"MultiHeadAttention: policy in config {in_config}, of a projection {of_projection}")
for name in ("model.keras", "model.h5"):
    model.save(name)
    try:
        keras.saving.load_model(name)
        seen.append(f"MultiHeadAttention: {name[5:]} loads")
    except ValueError as error:
        reason = re.match(r"A total of 4 objects could not be loaded|Weight count mismatch for layer #0", str(error))
        seen.append(f"MultiHeadAttention: {name[5:]} ValueError: {reason and reason[0]}")
model.save_weights("model.weights.h5")
again = with_attention()
again.quantize("int8")
again.load_weights("model.weights.h5")
equal = np.allclose(outputs(again), outputs(model))
seen.append(f"MultiHeadAttention: .weights.h5 after quantize(), equal outputs {equal}")
print("\n".join(seen))
sys.exit("\n".join(seen) != EXPECTED.strip())
PYTHON
