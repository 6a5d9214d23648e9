"""What Keras means by a layer: its weights, their shapes, where their numbers come from. Knows nothing of files."""
