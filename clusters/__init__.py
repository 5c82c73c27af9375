"""Where apps run: clouds, clusters and what is in them."""
