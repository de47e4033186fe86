"""Registers: what typed tables a city keeps, reading and checking them, snapshots."""
