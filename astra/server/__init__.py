"""What make run starts: database, web server, worker."""
