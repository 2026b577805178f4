"""What was measured of recording, as sections with their targets."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from bench.live_delay import DEFINITION
from bench.live_memory import Growth
from bench.tables import Section, Table, count, number, percent
from bench.targets import Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MOST_GROWTH_MB: Final = 10.0
"""Called flat: three hours would add 30 MB to some 180."""

MOST_SOAK_MB: Final = 2.0
MOST_CORE_PERCENT: Final = 3.0
MOST_DELAY_MS: Final = 150.0
MOST_UNSYNCED_S: Final = 1.0
MOST_DEMO_S: Final = 30.0
MOST_REST_MB: Final = 6.0
_LEFT_SAMPLES: Final = 208
_PARTS: Final = ("wait", "fill", "air", "host", "beyond_radio", "total")


@dataclass(frozen=True, slots=True)
class RecordedFaster:
    """A minute recorded at a speed: what came of it, or None and why it did not end well."""

    speed: int
    result: Mapping[str, Any] | None
    why: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether all samples are there, once and unchanged, but for the last second at the end.

        More than that left in a sensor means that the computer fell behind, and more time would lose some.
        """
        if self.result is None or wrong_samples(self.result["sensors"]) != 0:
            return False
        return all(row["never_sent"] <= _LEFT_SAMPLES for row in self.result["sensors"])


def wrong_samples(sensors: Sequence[Mapping[str, Any]]) -> float:
    """Count samples missing, stored twice, or stored with other numbers than the sensor made.

    NaN where nothing was stored: nothing lost of nothing is no success.
    """
    if not sensors or not all(row["stored"] for row in sensors):
        return float("nan")
    return float(sum(row["missing"] + row["stored_twice"] + row["wrong"] for row in sensors))


def loss_section(seconds: float, rig: Mapping[str, Any]) -> Section:
    """Say what was lost, what it took on the disk, and what became of memory."""
    rows = rig["sensors"]
    names = (
        "made",
        "received",
        "stored",
        "missing",
        "stored_twice",
        "wrong",
        "lost",
        "repeated",
        "never_sent",
    )
    counts = tuple((row["sensor"], *(_zero(row[name]) for name in names)) for row in rows)
    growth = Growth(**rig["growth"])
    first, last, most = rig["memory_mb"] or (None, None, None)
    facts = (
        ("seconds after the first sample", number(seconds, 0)),
        ("packets dropped for want of room", _zero(rig["dropped"])),
        ("connections", " + ".join(str(row["links"]) for row in rows)),
        ("packets.arrows, MB per sensor and hour", number(_per_hour(rig, "packet_bytes"), 2)),
        ("finished Parquet, MB per sensor and hour", number(_per_hour(rig, "rest_bytes"), 2)),
        ("times forced to the disk, per second", number(rig["syncs_per_s"], 2)),
        ("longest time between two of them, s", number(rig["longest_unsynced_s"], 2)),
        ("memory after the warm-up, at the end, at most, MB",
         ", ".join(number(mb) for mb in (first, last, most))),
        ("memory, MB per hour -+ standard error",
         f"{number(growth.per_hour)} -+ {number(growth.noise_per_hour)}"),
    )  # fmt: skip
    text = (
        f"Two simulated sensors, 208 Hz, six axes, for {seconds:.0f} s at real time: through virtual "
        "Bluetooth controllers (connection interval 30 ms), bleak, the collector and onto the disk, in "
        "one process of its own. Made: samples the sensor measured. Missing, stored twice, wrong: the "
        "finished file against what the sensor made, number by number. Lost, repeated: the collector's "
        "own account. Not sent: measured after the last full packet when the sensor was stopped. The "
        "slope of memory is a straight line through the means of eight stretches after the first third; "
        "over one minute it is rough, so the target holds the growth that is beyond doubt: two standard "
        "errors below the slope."
    )
    targets = (
        Target("samples missing, twice or wrong", wrong_samples(rows), 0.0, decimals=0),
        Target("samples lost, by the collector's account", _sum(rows, "lost"), 0.0, decimals=0),
        Target("samples repeated, by the collector's account", _sum(rows, "repeated"), 0.0, decimals=0),
        Target("growth of memory beyond doubt", growth.at_least, MOST_GROWTH_MB, unit="MB/h", decimals=1),
        Target("longest time without forcing to the disk", rig["longest_unsynced_s"],
               MOST_UNSYNCED_S, unit="s"),
    )  # fmt: skip
    heads = ("", "made", "received", "stored", "missing", "twice", "wrong", "lost", "repeated", "not sent")
    tables = (Table("Samples", heads, counts), Table("Disk and memory", ("", ""), facts))
    return Section("Recording two sensors", text, tables, targets, len(rows))


def delay_section(rig: Mapping[str, Any], alone: Mapping[str, Any]) -> Section:
    """Say how late a cue is and whose part of that is which."""
    runs = (("host alone", alone), ("through the rig", rig))
    rows = []
    for where, run in runs:
        rows += [(where, part.replace("_", " "), *_spread(run["delays"][part])) for part in _PARTS]
        rows.append((where, "beyond radio, where a cue may come", *_spread(_of_cues(run))))
    text = (
        f"{DEFINITION}\n\nHost alone: packets handed over by a feeder when they would come, so that host "
        "is the host's work and nothing else. Through the rig: host holds the work of the simulated "
        "sensors and of two virtual controllers as well, which run in the same process. The cue is called "
        f"right after the contact: at most {number(rig['cue_after_ms'], 2)} ms later in {rig['n_cues']} "
        "cues through the rig. What a loudspeaker adds is not measured. The targets hold for contacts of "
        "which a cue may come, the fourth of a run and later: before, no cadence is known, and a first "
        "contact may wait some ms longer."
    )
    told = [(where, str(run["delays"]["n_true"]), str(len(run["delays"]["total"]))) for where, run in runs]
    beyond, in_rig = _of_cues(alone), _of_cues(rig)
    targets = (
        *(
            Target(f"contact to cue beyond the radio, {what}", ms, MOST_DELAY_MS, unit="ms", decimals=1)
            for what, ms in (
                ("host alone: median", _median(beyond)),
                ("host alone: largest", _most(beyond)),
                ("through the rig: median", _median(in_rig)),
            )
        ),
        Target("contacts told, from the first one on", _told_percent(rig, alone), 99.0, "min", "%", 1),
    )  # fmt: skip
    tables = (
        Table("Contact to cue, ms", ("", "part", "median", "p95", "largest"), tuple(rows)),
        Table("Contacts", ("", "true", "told"), tuple(told)),
    )
    return Section("Contact to cue", text, tables, targets, len(told))


def share_section(rig: Mapping[str, Any], alone: Mapping[int, Mapping[str, Any]], seconds: float) -> Section:
    """Say what share of a core recording takes, and whose it is."""
    shares = {n: run["share"] / n for n, run in alone.items()}
    whole, host = rig["share"] / 2.0, shares[2]
    rows = (
        *((f"host alone, {n} sensor{'s' if n > 1 else ''}", number(run["watched_s"], 0),
           percent(run["share"]),
           percent(shares[n])) for n, run in alone.items()),
        ("the whole rig, 2 sensors", number(rig["watched_s"], 0), percent(rig["share"]), percent(whole)),
        ("so sensors, controllers and bleak, 2 sensors", "", percent(rig["share"] - alone[2]["share"]),
         percent(whole - host)),
    )  # fmt: skip
    text = (
        "Processor time of the whole process, all threads, over the time that passed at real time, after "
        f"3 s of warm-up. Host alone ({seconds:.0f} s each): packets encoded beforehand are handed to the "
        "collector when they would come; queue, files forced to the disk, decoding, counts, detector, "
        "cues, live.json twice a second and the picture on a terminal are those of pfp record. What an "
        "operating system's own Bluetooth takes is not in it and cannot be measured here. The difference "
        "to the whole rig is the share of the simulated sensors, the virtual controllers, the air and "
        "bleak's client."
    )
    targets = tuple(
        Target(f"host's side alone, {n} sensor{'s' if n > 1 else ''}: share of a core per sensor",
               100.0 * share, MOST_CORE_PERCENT, unit="%", decimals=1)
        for n, share in shares.items()
    )  # fmt: skip
    table = Table("Share of one core", ("", "seconds", "% in all", "% per sensor"), rows)
    return Section("Share of a core", text, (table,), targets, len(alone) + 1)


def speed_up_section(
    demo: Mapping[str, float], minutes: float, speed: float, faster: Sequence[RecordedFaster]
) -> Section:
    """Say how long a run takes to be recorded faster than real time, and where that ends."""
    rows = [
        (f"{rung.speed}", "-", "-", "-", "-", rung.why)
        if rung.result is None
        else (
            f"{rung.speed}",
            number(rung.result["seconds"]),
            count(sum(row["stored"] for row in rung.result["sensors"])),
            _zero(wrong_samples(rung.result["sensors"])),
            " + ".join(str(row["links"]) for row in rung.result["sensors"]),
            "whole" if rung.is_whole else "samples lost, or more than 1 s left in a sensor",
        )
        for rung in faster
    ]
    whole = [rung.speed for rung in faster if rung.is_whole]
    text = (
        f"pfp record --simulate --minutes {minutes:g} --speed-up {speed:g} as a whole process, from its "
        f"start to the summary at its end: {number(demo['seconds'])} s, at most "
        f"{number(demo['peak_mb'], 0)} MB. Below: a minute of two sensors at rising speed, each in a "
        "process of its own (start, simulation of the runner and finishing included); the first speed at "
        "which a sample is lost, or more than a second is left in a sensor, ends the list."
    )
    targets = (
        Target(f"{minutes:g} simulated minutes at {speed:g}x, whole process", demo["seconds"],
               MOST_DEMO_S, unit="s", decimals=1),
        Target("highest speed of two sensors without a loss", max(whole, default=None), speed, "min", "x", 0),
    )  # fmt: skip
    heads = ("speed", "seconds", "stored", "wrong", "connections", "")
    return Section(
        "Faster than real time",
        text,
        (Table("A minute of two sensors", heads, tuple(rows)),),
        targets,
        len(rows) + 1,
    )


def soak_section(seconds: float, speed: float, got: Mapping[str, Any]) -> Section:
    """Show what an hour of one sensor leaves in memory where nothing but the collector runs."""
    text = (
        f"Packets of {seconds / 60:.0f} min of one sensor, handed to a session {speed:g} times as fast, no "
        "radio and no simulated sensor beside it. The slope is of the last two thirds, per hour of recording."
    )
    rows = [
        ("samples received", count(got["received"])),
        ("lost", count(got["lost"])),
        ("memory at the end, whole process with the packets to feed", f"{number(got['memory_mb'], 0)} MB"),
        ("growth", f"{number(got['mb_per_hour'], 2)} +- {number(got['noise_mb_per_hour'], 2)} MB per hour"),
    ]
    targets = (
        Target(
            "memory growth in an hour, collector alone",
            got["mb_per_hour"],
            MOST_SOAK_MB,
            unit="MB/h",
            decimals=2,
        ),
        Target("samples lost in an hour, collector alone", got["lost"], 0, decimals=0),
    )
    return Section("An hour of one sensor", text, (Table("", ("", ""), rows),), targets, 1)


def finish_section(
    seconds: float, run: Mapping[str, float], packet_mb: float, sizes_mb: Sequence[float]
) -> Section:
    """Say what it takes to finish an hour."""
    rows = (
        ("seconds, whole process", number(run["seconds"])),
        ("peak memory, MB, imports included", number(run["peak_mb"], 0)),
        ("packets.arrows, MB", number(packet_mb)),
        ("finished, MB for each sensor", ", ".join(number(mb) for mb in sizes_mb)),
    )
    text = (
        f"{seconds:.0f} s of two sensors: packets encoded by the simulated sensors' own program without "
        "Bluetooth (five minutes of a runner, repeated), then decoded, put in order, timed, written, read "
        "back and compared, as at the end of pfp record and by pfp recover."
    )
    largest = max((mb * 3600.0 / seconds for mb in sizes_mb), default=None)
    targets = (Target("an hour at rest, per sensor", largest, MOST_REST_MB, unit="MB", decimals=1),)
    return Section("Finishing an hour", text, (Table("", ("", ""), rows),), targets, 1)


def _zero(value: float | None) -> str:
    """Write a count, 0 included: that nothing was lost is the point."""
    return "-" if value is None or math.isnan(value) else f"{value:.0f}"


def _sum(rows: Sequence[Mapping[str, Any]], name: str) -> float | None:
    values = [row[name] for row in rows]
    return None if not values or None in values else float(sum(values))


def _per_hour(rig: Mapping[str, Any], name: str) -> float:
    return float(rig[name] * rig["per_sensor_hour"] / 1e6)


def _told_percent(*runs: Mapping[str, Any]) -> float | None:
    true = sum(run["delays"]["n_true"] for run in runs)
    return 100.0 * sum(len(run["delays"]["total"]) for run in runs) / true if true else None


def _of_cues(run: Mapping[str, Any]) -> list[float]:
    """List the delays beyond the radio's of the contacts that may bring a cue."""
    delays = run["delays"]
    return [ms for ms, can in zip(delays["beyond_radio"], delays["can_cue"], strict=True) if can]


def _median(values: Sequence[float]) -> float | None:
    return float(np.median(values)) if len(values) else None


def _most(values: Sequence[float]) -> float | None:
    return float(max(values)) if len(values) else None


def _spread(values: Sequence[float]) -> tuple[str, str, str]:
    p95 = float(np.percentile(values, 95)) if len(values) else None
    return number(_median(values)), number(p95), number(_most(values))
