#!/usr/bin/env bash
# Keras 3.15.1 with TensorFlow 2.21.0: a model with LoRA enabled, saved twice, has another kernel in each file, and only
# one of the two can give its weights to the plain model.
#
# Behaviour: a .keras or .weights.h5 file holds the kernel with the adapter added, and no adapter. load_model() enables
# LoRA again, from the config, with a new random `lora_kernel_a` and zeros in `lora_kernel_b`. A .h5 file holds the kernel
# as it was before the adapter, and both factors beside it, as weights of the layer.
#
# Surprise: the loaded models predict the same, so nothing shows; but what "the kernel" is differs, further training starts
# from zeros in one and goes on in the other, and load_weights() of the .h5 into the same network without LoRA raises
# "Weight count mismatch", where that of the .weights.h5 succeeds.
#
# Standard output as seen:
#   predictions of both files are those of the model: True
#   kernel in .h5 is the kernel before the adapter: True
#   kernel in .keras is that plus the product of the factors: True
#   lora_kernel_b after loading: .keras 0.0, .h5 1.0
#   plain network takes .weights.h5: True
#   plain network takes .h5: ValueError: Weight count mismatch
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'tensorflow-cpu==2.21.0' || exit 2

cd "$work"
export KERAS_HOME="$work/home" KERAS_BACKEND=tensorflow CUDA_VISIBLE_DEVICES='' TF_CPP_MIN_LOG_LEVEL=3
venv/bin/python - <<'PYTHON'
import sys

import keras
import numpy as np

keras.utils.set_random_seed(3)
INPUTS = np.ones((1, 6), "float32")


def network():
    return keras.Sequential([keras.Input((6,)), keras.layers.Dense(4, name="adapted")])


def kept(model, name):
    layer = model.get_layer("adapted")
    return next(np.array(weight) for weight in layer.weights if weight.name == name)


def predicted(model):
    return model.predict(INPUTS, verbose=0)


model = network()
before = kept(model, "kernel")
model.get_layer("adapted").enable_lora(2)
model.get_layer("adapted").lora_kernel_b.assign(np.ones((2, 4)))
merged = before + kept(model, "lora_kernel_a") @ kept(model, "lora_kernel_b")
model.save("model.keras")
model.save("model.h5")
model.save_weights("model.weights.h5")

archive, legacy = (keras.models.load_model(f"model.{ending}") for ending in ("keras", "h5"))
same = all(np.allclose(predicted(one), predicted(model), atol=1e-5) for one in (archive, legacy))
unmerged = np.array_equal(kept(legacy, "kernel"), before)
is_merged = np.allclose(kept(archive, "kernel"), merged, atol=1e-6)
factors = [float(kept(one, "lora_kernel_b").max()) for one in (archive, legacy)]

plain = network()
plain.load_weights("model.weights.h5")
takes_weights = np.allclose(predicted(plain), predicted(model), atol=1e-5)
try:
    network().load_weights("model.h5")
    refusal = "none"
except ValueError as error:
    refusal = f"ValueError: {str(error)[:21]}"

print("predictions of both files are those of the model:", same)
print("kernel in .h5 is the kernel before the adapter:", unmerged)
print("kernel in .keras is that plus the product of the factors:", is_merged)
print(f"lora_kernel_b after loading: .keras {factors[0]}, .h5 {factors[1]}")
print("plain network takes .weights.h5:", takes_weights)
print("plain network takes .h5:", refusal)
sys.exit(
    not (
        same
        and unmerged
        and is_merged
        and factors == [0.0, 1.0]
        and takes_weights
        and refusal == "ValueError: Weight count mismatch"
    )
)
PYTHON
