"""Rules by which calls and resources fail."""
