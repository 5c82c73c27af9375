"""Accounts, users, tokens, roles."""
