"""Loads a model with Keras and prints its summary: ``PYTHON keras_summary.py MODEL``."""

import sys

import keras

keras.models.load_model(sys.argv[1], compile=False).summary()
