"""Roles whose constraints reach a part of an account."""
