"""Erases what must not be kept: runs, objects or single turns, with everything that was made of them."""
