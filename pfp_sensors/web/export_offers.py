"""What a person can take out of the diary, in the words of the page: what each is for, what goes along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.export_bids import export_bids_zip
from pfp_sensors.actions.export_kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pfp_sensors.actions.export_kinds import Kind
    from pfp_sensors.actions.export_request import Exported, ExportRequest
    from pfp_sensors.model.diary import Run

CSV: Final = (".csv", "CSV, for spreadsheets")
PARQUET: Final = (".parquet", "Parquet, for Python and R")

NOT_MADE: Final = "No file was made"

BOXES: Final[Mapping[str, str]] = {
    "notes": "with what you wrote in words",
    "samples": "with the samples of the recordings (large: about 11 MB for an hour)",
    "positions": (
        "with the places where you ran: latitude and longitude of each second, where you kept them. Whoever "
        "has the file then sees where you run, and most likely where you live. Without the tick no place is "
        "in it."
    ),
    "dates": "with the true dates; without the tick all are moved to 1900, and the days between stay",
    "serials": "with the names and serial numbers of the sensors",
}
"""What goes along only where it is ticked, by the option of the kind."""

IN_ARCHIVE: Final = (
    "with what you wrote in words in its tables too; the diary in it (history.json) always has it"
)

SENSORS: Final = (("", "the only one, or all in one table"), ("left", "left leg"), ("right", "right leg"))

TYPES: Final[Mapping[str, str]] = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".zip": "application/zip",
    ".fit": "application/octet-stream",
}
"""What a browser is told of a file, by the ending of its name."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One kind of file on the page.

    Attributes
    ----------
    kind
        What writes it, and what it takes.
    title, purpose
        Its heading, and one sentence about what it is for.
    forms
        Endings of the file that can be chosen, each with its words; the first is the usual one.
    """

    kind: Kind
    title: str
    purpose: str
    forms: tuple[tuple[str, str], ...]

    @property
    def name(self) -> str:
        """Give its name in addresses."""
        return self.kind.name

    @property
    def boxes(self) -> list[tuple[str, str]]:
        """List what can be ticked, with its words."""
        here = {**BOXES, "notes": IN_ARCHIVE} if self.name == "all" else BOXES
        return [(name, words) for name, words in here.items() if name in self.kind.options]

    @property
    def sensors(self) -> tuple[tuple[str, str], ...]:
        """List the sensors to choose from; empty where there is no choice."""
        return SENSORS if "sensor" in self.kind.options else ()

    def takes(self, run: Run) -> bool:
        """Tell whether it can be made of a run: all but a FIT file needs the samples of a sensor."""
        return self.name == "fit" or run.recording is not None

    def write(self, request: ExportRequest) -> Exported:
        """Write it as one file; raises as its action."""
        return export_bids_zip(request) if self.name == "motion-bids" else self.kind.write(request)


_WORDS: Final[Mapping[str, tuple[str, str, tuple[tuple[str, str], ...]]]] = {
    "all": (
        "Everything in one archive",
        "For another program, or for you in ten years: the diary, its tables, a FIT file for each run, and a "
        "text that explains every column.",
        ((".zip", "zip"),),
    ),
    "history": (
        "The diary itself",
        "For another computer or a program that reads JSON; it comes back by Restore. Your own words are in "
        "it, the recordings are not.",
        ((".json", "JSON"),),
    ),
    "runs": ("A table of the runs", "For a spreadsheet or statistics: one row for each run.", (CSV, PARQUET)),
    "wellness": (
        "A table of the days",
        "For training programs: one row for each day with weight, sleep, stress and pain, by the names "
        "of intervals.icu.",
        ((".csv", "CSV"),),
    ),
    "fhir": (
        "Pain and scores for a clinic",
        "For the records of a clinic or a health app: each score as a FHIR R4 observation.",
        ((".json", "JSON"),),
    ),
    "fit": (
        "A FIT file",
        "For the services of watches and for training programs: seconds, pace, steps and heart rate; never "
        "places.",
        ((".fit", "FIT"),),
    ),
    "strides": (
        "A table of the strides",
        "For your own statistics: one row for each stride, as this version of pfp measures it.",
        (CSV, PARQUET),
    ),
    "samples": (
        "The samples of the sensor",
        "For researchers and other programs: acceleration in g and turning in degrees per second, as "
        "measured.",
        (PARQUET, CSV),
    ),
    "motion-bids": (
        "A dataset for researchers",
        "For research groups: the samples laid out as motion-BIDS, in one zip, without pain, notes or "
        "places.",
        ((".zip", "zip"),),
    ),
}

OFFERS: Final = tuple(Offer(kind, *_WORDS[name]) for name in _WORDS for kind in KINDS if kind.name == name)
"""Every kind there is, in the order of the page."""


def whole_offers() -> list[Offer]:
    """List what is about the whole diary."""
    return [one for one in OFFERS if one.kind.run == "none"]


def run_offers(run: Run | None = None) -> list[Offer]:
    """List what is about runs; with a run, what can be made of that one."""
    about = [one for one in OFFERS if one.kind.run != "none"]
    return about if run is None else [one for one in about if one.takes(run)]


def runs_for(offer: Offer, runs: Iterable[Run]) -> list[Run]:
    """List the runs of which it can be made, in the order given."""
    return [run for run in runs if offer.takes(run)]
