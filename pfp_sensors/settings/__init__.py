"""``config/*.toml`` to typed settings: every number with its range, source and certainty."""

from pfp_sensors.settings.imports import ImportSettings
from pfp_sensors.settings.load import (
    load_import_settings,
    load_record_settings,
    load_signal_settings,
    parameters_sha256,
)
from pfp_sensors.settings.locate import config_file, recordings_folder
from pfp_sensors.settings.record import RecordSettings
from pfp_sensors.settings.signal import SignalSettings

__all__ = [
    "ImportSettings",
    "RecordSettings",
    "SignalSettings",
    "config_file",
    "load_import_settings",
    "load_record_settings",
    "load_signal_settings",
    "parameters_sha256",
    "recordings_folder",
]
