"""Astra Simulator: a persistent simulation of the Astra Control REST API."""

__version__ = "0.1.0"
