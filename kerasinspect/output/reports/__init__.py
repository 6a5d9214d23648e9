"""Pages of HTML in one file: templates, and what they show of results."""
