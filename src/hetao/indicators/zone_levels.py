"""Which zones a finding or a checklist is about: one level of those that overlap."""

import geopandas as gpd

FINEST_FIRST = (
    "community",
    "neighbourhood",
    "subdistrict",
    "cell",
    "built_up_area",
    "county",
    "compound",
    "city",
)
"""Communities where there are any, for they are what a check-up lists; else the next best."""


def finest_zones(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the communities, or else the zones of the level that stands in for them."""
    for level in FINEST_FIRST:
        chosen = zones[zones["level"] == level]
        if len(chosen):
            return chosen
    return zones
