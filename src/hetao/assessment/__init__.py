"""From observations to grades, lists and what changed: what a check-up says of its city."""
