"""The researcher's questions, one a module: couples in, a table of results out."""
