"""A simulated sensor on a virtual Bluetooth controller, for demo, tests and bench (extra `rig`)."""
