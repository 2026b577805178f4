"""Recordings as other programs write them: asked where a file is none of this program's own kinds."""

from __future__ import annotations

from typing import Final

from pfp_sensors.formats import (
    blue_trident,
    metabase,
    motion_bids,
    motion_bids_names,
    phone_names,
    phyphox,
    sensor_logger,
    unknown_archive,
    xsens_dot,
)
from pfp_sensors.formats.request import Format

FOREIGN: Final[tuple[Format, ...]] = (
    Format(xsens_dot.sniff, xsens_dot.read),
    Format(blue_trident.sniff, blue_trident.read, blue_trident.groups),
    Format(metabase.sniff, metabase.read, metabase.groups),
    Format(motion_bids.sniff, motion_bids.read, motion_bids_names.groups),
    Format(sensor_logger.sniff, sensor_logger.read, phone_names.groups),
    Format(phyphox.sniff, phyphox.read),  # its groups: as Sensor Logger's, which shares names with it
    Format(unknown_archive.sniff, unknown_archive.read),  # last: any other archive
)
"""Asked in this order; each is one file here and one line in this table."""
