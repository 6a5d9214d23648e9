"""Files on other machines, read by ranges over fsspec: what a command needs of them, and little more."""
