"""A check-up run: freeze the snapshot, compute, write the run folder."""
