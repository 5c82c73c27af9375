"""What an account's installation is set to, may do and runs."""
