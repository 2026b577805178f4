"""What was read from a watch's file, in plain words."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from pfp_sensors.model.watch import CHANNELS, DEVELOPER
from pfp_sensors.report import words

if TYPE_CHECKING:
    from pfp_sensors.model.imported import Met
    from pfp_sensors.model.watch import WatchRun

_CLOCKS_AGREE_S: Final = 120.0
_FORMATS = {"fit": "FIT", "tcx": "TCX", "gpx": "GPX"}


def watch_lines(watch: WatchRun) -> list[str]:
    """Say what a watch's file holds: format, device, rows, channels with their units, pauses, places."""
    form = _FORMATS.get(watch.source.format, watch.source.format)
    device = "" if watch.device is None else f" of {watch.device}"
    seconds = float(watch.time_s[-1]) if len(watch.time_s) else 0.0
    place = "" if watch.indoor is None else ", on a treadmill" if watch.indoor else ", outdoors"
    lines = [
        f"Understood as: {form} file{device}, sport {watch.sport}{place}, "
        f"{words.count(len(watch.time_s), 'row')} over {seconds / 60.0:.1f} min."
    ]
    own = [f"{name} ({CHANNELS[name]})" for name in watch.channels if name in CHANNELS]
    if own:
        lines.append(f"Channels: {', '.join(own)}.")
    added = [
        f"{name.removeprefix(DEVELOPER)} [{watch.units.get(name) or 'no unit'}]"
        for name in watch.channels
        if name.startswith(DEVELOPER)
    ]
    if added:
        lines.append(f"Fields of other makers: {', '.join(added)}.")
    if watch.pauses:
        lines.append(f"The watch was stopped {words.count(len(watch.pauses), 'time')}.")
    kept = "kept in a file of their own" if watch.positions is not None else "not kept"
    lines.append(f"Places where the run was: {kept}. Names and serial numbers are not kept.")
    return lines


def watch_document(watch: WatchRun) -> dict[str, Any]:
    """Give the same for other programs."""
    return {
        "format": watch.source.format,
        "device": watch.device,
        "sport": watch.sport,
        "indoor": watch.indoor,
        "start": watch.start.isoformat(),
        "rows": len(watch.time_s),
        "duration_s": float(watch.time_s[-1]) if len(watch.time_s) else None,
        "channels": {
            name: watch.units.get(name) if name.startswith(DEVELOPER) else CHANNELS.get(name)
            for name in watch.channels
        },
        "pauses": [{"start_s": one.start_s, "end_s": one.end_s} for one in watch.pauses],
        "positions_kept": watch.positions is not None,
    }


def joined_line(met: Met, *, would: bool) -> str:
    """Say with which run of the diary something was joined, and how sure that is."""
    verb, run = "would be joined" if would else "joined", met.run.id
    if met.offset_s is not None:
        when = "began with the recording"
        if abs(met.offset_s) >= 1.0:
            after = "after" if met.offset_s > 0 else "before"
            when = f"began {words.duration(abs(met.offset_s))} {after} the recording"
        return f"The same run as {run}: {verb}, aligned by cadence. The watch {when}.{_clocks(met)}"
    why = "" if met.because is None else f", because {met.because.rstrip('.')}"
    return (
        f"The same run as {run}, by its time alone: {verb}. Watch and recording could not be laid side by "
        f"side{why}, so distance and speed are those of the whole run on the watch.{_clocks(met)}"
    )


def _clocks(met: Met) -> str:
    """Say that the clocks of the two files differ, and which one the diary goes by."""
    seconds = met.clocks_differ_s
    if seconds is None or abs(seconds) <= _CLOCKS_AGREE_S:
        return ""
    start = met.run.start
    keeps = f"; the run keeps its start {start:%H:%M}" if isinstance(start, datetime) else ""
    return f" Their clocks differ by {round(abs(seconds) / 60.0)} min{keeps}."
