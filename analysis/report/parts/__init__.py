"""What the report's pages are made of besides text: style sheet, frame, Word table widths, the limits paragraph."""
