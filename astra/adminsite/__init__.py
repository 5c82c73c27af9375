"""Records on the admin site."""
