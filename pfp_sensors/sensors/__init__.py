"""Bytes of sensors to samples and back. Pure: no asyncio, no Bluetooth library, no clock."""
