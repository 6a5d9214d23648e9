"""``browse``: an interactive view of a model, or of two that are held against each other, in the terminal."""
