"""The command line: one thin module per command, and one place where errors become exit statuses."""
