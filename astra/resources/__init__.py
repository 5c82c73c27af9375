"""What a resource is, declared once; all else derived."""
