"""The life of a Bluetooth connection: scan, connect, run a sensor's scripts, connect again."""
