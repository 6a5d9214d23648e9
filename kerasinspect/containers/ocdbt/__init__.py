"""OCDBT: the store of keys and values that Orbax keeps arrays in, and the zarr arrays in it."""
