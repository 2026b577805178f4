"""Recording to RunSummary: the one place that wires signal and gait."""

from pfp_sensors.analyse.file import METHOD_VERSION, analyse_file, analyse_recording

__all__ = ["METHOD_VERSION", "analyse_file", "analyse_recording"]
