"""Reading OpenStreetMap, GIS files, tables and rasters into registers."""
