"""Keeps the registry: publishes it to both Regions, verifies it, and brings back what was lost."""
