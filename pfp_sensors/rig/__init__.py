"""A simulated sensor on a virtual Bluetooth controller, for demo, tests and benchmarks. Needs the extra `rig`."""
