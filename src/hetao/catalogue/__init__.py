"""Which indicators exist: entries in TOML, editions, facility standards."""
