"""Bytes that have structure, Keras's or not: sources, archives, HDF5, JSON."""
