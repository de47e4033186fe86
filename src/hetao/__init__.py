"""Hetao: city check-up and green development indicators, from raw geodata to a signed report."""

from importlib.metadata import version

__version__ = version("hetao")
