"""One module per output format; each writes to the stream that it is given."""
