"""Error against truth, and time and memory against the floor. ``python -m bench --help``."""
