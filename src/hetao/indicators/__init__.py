"""Kinds of measure: pure functions from zones and layers to a measurement."""
