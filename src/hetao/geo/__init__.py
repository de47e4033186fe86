"""Where things are: coordinate systems, areas, zones, street networks and reach."""
