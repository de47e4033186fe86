"""A made city whose truth is known."""
