"""The HTTP API: what the pages show and do, for programs and for GIS desktops."""
