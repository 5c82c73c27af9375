"""Replication of apps: mirrors, their transfers, and the apps that stand by."""
