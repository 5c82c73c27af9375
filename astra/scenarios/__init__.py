"""Accounts described in YAML, and loaded."""
