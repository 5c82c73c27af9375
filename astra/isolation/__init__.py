"""Accounts of one's own: made, put back, saved, deleted."""
