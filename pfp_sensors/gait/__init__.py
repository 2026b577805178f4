"""Bouts, contacts, strides, speed, landing impact, quality: one file for each idea."""
