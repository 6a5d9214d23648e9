"""Finding models: the files, folders and patterns of a command line."""
