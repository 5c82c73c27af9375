"""Who calls: accounts with their clock, users, roles, tokens."""
