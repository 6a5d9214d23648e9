#!/usr/bin/env bash
# Keras 3.15.1 with TensorFlow 2.21.0: a model that Adafactor has trained cannot be saved as .h5, and the attempt takes
# the earlier, good file with it.
#
# Behaviour: Adafactor keeps a row and a column factor for each kernel, and both variables are called `kernel`. The .h5
# writer makes a dataset for each optimizer variable under its name, and stops at the second one of that name with
# "Unable to synchronously create dataset (name already exists)". By then it has truncated the file that stood there;
# what is left opens as HDF5, lacks the rest of the optimizer, and load_model() ends in a KeyError.
#
# Surprise: the same model saves and loads well as .keras, where variables are numbered; every other optimizer of this
# Keras saves as .h5; and an untrained one saves too, so that the checkpoint of the first epoch is where it breaks.
#
# Standard output as seen:
#   before training: saved, and load_model() gives a Sequential
#   after training: ValueError: Unable to synchronously create dataset (name already exists)
#   names that two variables share: ['bias', 'kernel']
#   the file now: load_model() raises KeyError
#   others that save as .h5: ['Adadelta', 'Adagrad', 'Adam', 'AdamW', 'Adamax', 'Ftrl', 'Lion', 'Muon', 'Nadam', 'RMSprop', 'SGD']
#   as .keras: 8 of 8 optimizer variables come back
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet 'keras==3.15.1' 'tensorflow-cpu==2.21.0' || exit 2

cd "$work"
export KERAS_HOME="$work/home" KERAS_BACKEND=tensorflow CUDA_VISIBLE_DEVICES='' TF_CPP_MIN_LOG_LEVEL=3
venv/bin/python - <<'PYTHON'
import sys
from collections import Counter

import keras
import numpy as np

OTHERS = ["Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Ftrl", "Lion", "Muon", "Nadam", "RMSprop", "SGD"]


def compiled(optimizer):
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(4)])
    model.compile(getattr(keras.optimizers, optimizer)(), keras.losses.MeanSquaredError())
    return model


def trained(model):
    model.fit(np.ones((8, 6)), np.ones((8, 4)), verbose=0)
    return model


def outcome(action):
    try:
        return action()
    except Exception as error:
        return error


model = compiled("Adafactor")
model.save("model.h5")
before = type(keras.models.load_model("model.h5")).__name__
refusal = outcome(lambda: trained(model).save("model.h5"))
after = outcome(lambda: keras.models.load_model("model.h5"))
names = Counter(variable.name for variable in model.optimizer.variables)
shared = sorted(name for name, times in names.items() if times > 1)
others = [name for name in OTHERS if not isinstance(outcome(lambda: trained(compiled(name)).save("other.h5")), Exception)]

archived = trained(compiled("Adafactor"))
archived.save("model.keras")
loaded = keras.models.load_model("model.keras")
pairs = zip(archived.optimizer.variables, loaded.optimizer.variables, strict=True)
same = sum(np.array_equal(mine, theirs) for mine, theirs in pairs)

print(f"before training: saved, and load_model() gives a {before}")
print(f"after training: {type(refusal).__name__}: {refusal}")
print("names that two variables share:", shared)
print(f"the file now: load_model() raises {type(after).__name__}")
print("others that save as .h5:", others)
print(f"as .keras: {same} of {len(archived.optimizer.variables)} optimizer variables come back")
sys.exit(
    not (
        before == "Sequential"
        and isinstance(refusal, ValueError)
        and "name already exists" in str(refusal)
        and shared == ["bias", "kernel"]
        and isinstance(after, KeyError)
        and others == OTHERS
        and same == len(archived.optimizer.variables) == 8
    )
)
PYTHON
