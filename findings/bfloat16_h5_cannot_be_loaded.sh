#!/usr/bin/env bash
# Keras 3.15.1 with TensorFlow 2.21.0: a model with bfloat16 weights is saved as .h5 without a word, and load_model()
# cannot read the file.
#
# Behaviour: HDF5 has no bfloat16. The writer of whole .h5 files hands the array to h5py as it is, which stores two raw
# bytes a value under the type "opaque", and nothing beside it says what they were. The reader gives that array to the
# variable and ends in "No cast function available."
#
# Surprise: nothing fails at the time of saving, the values are all in the file (read as bfloat16 they are the same),
# and the other .h5 of the same Keras, save_weights("model.weights.h5"), writes the type into an attribute and reads
# the same array back, as .keras does.
#
# Standard output as seen:
#   saved as .h5: True, the kernel in it is |V2 with attributes []
#   load_model() of it: ValueError: No cast function available.
#   its bytes as bfloat16 are the kernel: True
#   the kernel in .weights.h5 is |V2 with attributes ['dtype'], loaded as it was: True
#   from .keras: bfloat16, as it was: True
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'tensorflow-cpu==2.21.0' || exit 2

cd "$work"
export KERAS_HOME="$work/home" KERAS_BACKEND=tensorflow CUDA_VISIBLE_DEVICES='' TF_CPP_MIN_LOG_LEVEL=3
venv/bin/python - <<'PYTHON'
import sys
from pathlib import Path

import h5py
import keras
import ml_dtypes
import numpy as np


def fresh():
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, dtype="bfloat16")])


def stored(path):
    found = []
    with h5py.File(path) as file:
        file.visititems(lambda _, one: found.append(one) if getattr(one, "shape", None) == (4, 3) else None)
        return found[0][()], sorted(found[0].attrs)


def same(one, other):
    return np.array_equal(np.asarray(one, "f4"), np.asarray(other, "f4"))


model = fresh()
kernel = model.get_weights()[0]

model.save("model.h5")
in_h5, attributes = stored("model.h5")
try:
    refusal = keras.models.load_model("model.h5")
except Exception as error:
    refusal = error
kept = same(in_h5.view(ml_dtypes.bfloat16), kernel)

model.save_weights("model.weights.h5")
in_weights, told = stored("model.weights.h5")
other = fresh()
other.load_weights("model.weights.h5")
read_back = same(other.get_weights()[0], kernel)

model.save("model.keras")
archived = keras.models.load_model("model.keras").get_weights()[0]

print(f"saved as .h5: {Path('model.h5').exists()}, the kernel in it is {in_h5.dtype} with attributes {attributes}")
print(f"load_model() of it: {type(refusal).__name__}: {refusal}")
print(f"its bytes as bfloat16 are the kernel: {kept}")
print(f"the kernel in .weights.h5 is {in_weights.dtype} with attributes {told}, loaded as it was: {read_back}")
print(f"from .keras: {archived.dtype}, as it was: {same(archived, kernel)}")
sys.exit(
    not (
        in_h5.dtype == in_weights.dtype == "V2"
        and not attributes
        and isinstance(refusal, ValueError)
        and "No cast function" in str(refusal)
        and kept
        and told == ["dtype"]
        and read_back
        and archived.dtype == "bfloat16"
        and same(archived, kernel)
    )
)
PYTHON
