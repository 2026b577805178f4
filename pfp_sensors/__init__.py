"""Run analysis and load management for kneecap pain, from a motion sensor on the shin.

``import pfp_sensors`` imports nothing else; each public name is imported when first asked for.
A worked example stands in ``docs/library.md``.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pfp_sensors.actions.analyze import analyze
    from pfp_sensors.analyse import analyse_file
    from pfp_sensors.errors import InputError, PfpError, RefusedError, SettingsError, UsageError
    from pfp_sensors.formats.read import read_recording_file
    from pfp_sensors.model.analysis import FileAnalysis
    from pfp_sensors.model.recording import Recording, RecordingFile
    from pfp_sensors.report.analysis_json import analysis_document
    from pfp_sensors.report.analysis_text import analysis_text
    from pfp_sensors.settings import SignalSettings, load_signal_settings

__version__ = "0.1.0"

__all__ = [
    "FileAnalysis",
    "InputError",
    "PfpError",
    "Recording",
    "RecordingFile",
    "RefusedError",
    "SettingsError",
    "SignalSettings",
    "UsageError",
    "analyse_file",
    "analysis_document",
    "analysis_text",
    "analyze",
    "load_signal_settings",
    "read_recording_file",
]

_HOMES = {
    "actions.analyze": ("analyze",),
    "analyse": ("analyse_file",),
    "errors": ("InputError", "PfpError", "RefusedError", "SettingsError", "UsageError"),
    "formats.read": ("read_recording_file",),
    "model.analysis": ("FileAnalysis",),
    "model.recording": ("Recording", "RecordingFile"),
    "report.analysis_json": ("analysis_document",),
    "report.analysis_text": ("analysis_text",),
    "settings": ("SignalSettings", "load_signal_settings"),
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name from its home when it is first asked for."""
        for home, names in _HOMES.items():
            if name in names:
                from importlib import import_module

                value = getattr(import_module(f"{__name__}.{home}"), name)
                globals()[name] = value
                return value
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
