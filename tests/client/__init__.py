"""The API's own command-line client, unmodified, against the running service."""
