"""People, bodies, roles and the policy."""
