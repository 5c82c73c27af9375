"""Time: stages, fate, settling, the worker."""
