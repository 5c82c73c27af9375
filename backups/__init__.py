"""Apps and what protects them."""
