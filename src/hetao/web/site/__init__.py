"""The shell, the words and the parts of every page."""
