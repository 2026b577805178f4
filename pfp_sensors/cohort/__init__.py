"""Many recordings by the same analysis, on one or many processes."""
