"""An account that is read by GETs becomes a scenario."""
