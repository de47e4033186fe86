"""The platform: where people see their city and hand its problems to whoever owes them."""
