"""Small programs that do with Keras what a command of ours does without it; each runs in an interpreter with Keras."""
