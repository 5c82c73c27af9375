"""What testers install: client, command, pytest plugin; HTTP alone."""
