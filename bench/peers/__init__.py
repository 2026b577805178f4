"""Other packages on the same simulated hour, each in an environment of its own: ``make bench-peers``."""
