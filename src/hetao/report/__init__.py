"""Word, Excel, maps and tiles from a run folder; the only place that formats a number."""
