"""Makes the table of what the releases of Keras accept, from the releases themselves; run by hand."""
