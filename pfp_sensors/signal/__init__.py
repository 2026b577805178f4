"""Numeric verbs without gait words: smoothing, uniform sampling, periods, peaks, directions, orientation."""
