"""Tasks: who is told to do what by when, until it is measured as done."""
