"""What people see of names and values, wherever they look: escaped text, a line, a table, labels, the nearest name."""
