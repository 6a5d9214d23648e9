"""Prints what ``KerasFileEditor`` of Keras says of a file: ``PYTHON keras_editor.py MODEL``."""

import sys

from keras.saving import KerasFileEditor

KerasFileEditor(sys.argv[1]).summary()
