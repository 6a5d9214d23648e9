"""HDF5 files, parsed as Keras and h5py write them; what is newer or rarer goes to pyfive."""
