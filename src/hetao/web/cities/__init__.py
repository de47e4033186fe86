"""The city: its map, registers, things and deliveries."""
