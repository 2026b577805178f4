"""The live loop: link to sensors to store, with live analysis; finalising and recovery."""
