"""Lays blocks out as lines of styled text: what a terminal and a plain text file share."""
