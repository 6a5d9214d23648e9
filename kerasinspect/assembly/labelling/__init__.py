"""Says what each array is: its name, its axes, its place in ``get_weights()``."""
