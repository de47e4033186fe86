"""Check-ups: runs, indicators, findings."""
