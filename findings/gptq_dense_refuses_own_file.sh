#!/usr/bin/env bash
# Keras 3.15.1: a model quantised with GPTQ saves as .keras, and load_model() then refuses the file.
#
# Behaviour: Dense under GPTQ has five variables (bias, kernel, kernel_scale, kernel_zero, g_idx). Its writer for .keras
# stores four: it takes kernel_zero from the value that belongs to int4 quantisation, which is None for GPTQ, and passes
# over it. The reader asks for five and raises ValueError. The zero points are not in the file, so the packed kernel in
# it cannot be turned into numbers again. An .h5 file of the same model keeps all five and loads with equal weights.
#
# Surprise: save() gives no sign that anything is left out, and the format that Keras calls legacy is the one that works.
#
# Standard output as seen:
#   Dense in memory:   ['bias', 'kernel', 'kernel_scale', 'kernel_zero', 'g_idx']
#   Dense in .keras:   ['float32 (8,)', 'uint8 (4, 8)', 'float32 (8, 1)', 'float32 (8,)']
#   load .keras:       Layer 'dense' expected 5 variables, but received 4 variables during loading.
#   load .h5:          equal weights True
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'jax==0.10.2' 'h5py==3.16.0' || exit 2

cd "$work"
KERAS_HOME="$work/home" KERAS_BACKEND=jax venv/bin/python -W ignore - <<'PYTHON'
import io
import re
import sys
import zipfile

import h5py
import keras
import numpy as np

embedding = keras.layers.Embedding(20, 8)
dense = keras.layers.Dense(8, name="dense")
block = keras.Sequential([dense], name="block")
tokens = keras.Input((4,), dtype="int32")
model = keras.Model(tokens, block(embedding(tokens)))
model.get_quantization_layer_structure = lambda mode: {"pre_block_layers": [embedding], "sequential_blocks": [block]}

samples = [np.random.default_rng(seed).integers(0, 20, (1, 4)) for seed in range(4)]
config = keras.quantizers.GPTQConfig(samples, lambda text: text, num_samples=4, sequence_length=4, group_size=-1)
keras.utils.disable_interactive_logging()
model.quantize("gptq", config=config)

model.save("model.keras")
model.save("model.h5")

names = [variable.name for variable in dense.variables]
with zipfile.ZipFile("model.keras") as archive:
    stored = h5py.File(io.BytesIO(archive.read("model.weights.h5")))["layers/sequential/layers/dense/vars"]
arrays = [f"{array.dtype} {array.shape}" for array in stored.values()]
try:
    keras.saving.load_model("model.keras")
    refusal = None
except ValueError as error:
    refusal = re.search(r"Layer 'dense' expected .* during loading\.", str(error))
equal = all(map(np.array_equal, model.get_weights(), keras.saving.load_model("model.h5").get_weights()))

print("Dense in memory:  ", names)
print("Dense in .keras:  ", arrays)
print("load .keras:      ", refusal[0] if refusal else "no refusal")
print("load .h5:          equal weights", equal)
sys.exit(not ("kernel_zero" in names and (len(names), len(arrays)) == (5, 4) and refusal and equal))
PYTHON
