"""What all share: problems, media types, queries, views, dice."""
