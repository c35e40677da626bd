"""The report: one Markdown source made from results, through pandoc to a web page and a Word file."""
