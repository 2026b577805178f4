"""Frozen data that travel between the rooms. Checks, no behaviour."""
