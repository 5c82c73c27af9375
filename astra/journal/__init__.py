"""What was called and answered."""
