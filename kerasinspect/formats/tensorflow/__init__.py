"""What TensorFlow writes of Keras models: checkpoints, and SavedModel folders with a checkpoint inside."""
