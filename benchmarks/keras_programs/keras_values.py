"""Loads a model with Keras and prints every array, shortened as numpy does: ``PYTHON keras_values.py MODEL``."""

import sys

import keras
import numpy as np

for weight in keras.models.load_model(sys.argv[1], compile=False).weights:
    print(weight.path, weight.shape, weight.dtype)
    print(np.asarray(weight))
