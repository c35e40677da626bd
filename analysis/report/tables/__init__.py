"""The report's tables: rows of Markdown cells from results, a module a section, a function a table."""
