"""The report's sections: words, tables and figures in the order of the text, a module a group of sections."""
