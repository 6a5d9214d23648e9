"""Datasets of HDF5: where their values lie, in one piece or in chunks, and what was never written."""
