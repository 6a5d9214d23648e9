"""What pictures of an array show: its planes in few cells, how its values are spread, and how they were at first."""
