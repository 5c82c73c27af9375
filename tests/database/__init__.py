"""Sessions with PostgreSQL, and the statements that stay prepared in them."""
