"""Results to text and JSON. Computes no number."""
