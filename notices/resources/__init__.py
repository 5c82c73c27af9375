"""What the family has, declared."""
