"""Run analysis and load management for kneecap pain, from a motion sensor on the shin."""

__version__ = "0.1.0"
