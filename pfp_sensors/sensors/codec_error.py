"""The one error that decoders of sensor bytes raise."""

from __future__ import annotations

from pfp_sensors.errors import InputError


class CodecError(InputError):
    """Bytes of a sensor are not what they claim to be: wrong length, version, type or value."""
