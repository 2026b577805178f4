"""Everything that can be taken out of a diary: one entry for each kind, with the action that writes it."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from pfp_sensors.actions.export_request import Exported, ExportRequest

OPTIONS: Final = ("notes", "samples", "positions", "sensor", "dates", "serials", "config")
"""Options that only some kinds take."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can be written.

    Attributes
    ----------
    name
        As it is typed.
    help
        What is written: a line or two of the help of `pfp export`, each at most 67 characters.
    action
        Module of `pfp_sensors.actions` and function in it, of an `ExportRequest` to an `Exported`.
    run
        Whether it is about a run: "none", "may" (all if none is named) or "must".
    ending
        Of its name where it is text and may go to standard output; "" where it needs a file or folder.
    options
        Those of the options `OPTIONS` that it takes.
    row
        What a row of it is; "" where nothing is gained by counting them.
    """

    name: str
    help: tuple[str, ...]
    action: str
    run: Literal["none", "may", "must"] = "none"
    ending: str = ""
    options: tuple[str, ...] = ()
    row: str = ""

    def write(self, request: ExportRequest) -> Exported:
        """Write it; raises as its action."""
        module, _, name = self.action.partition(":")
        found = getattr(importlib.import_module(f"pfp_sensors.actions.{module}"), name)
        return cast("Callable[[ExportRequest], Exported]", found)(request)


KINDS: Final = (
    Kind(
        "history",
        (
            "the whole diary in one JSON document, which `pfp restore` brings",
            "back and `pfp next --history` judges",
        ),
        "export_history:export_history",
        ending=".json",
    ),
    Kind(
        "runs",
        ("one row per run; CSV, or Parquet if OUT ends in .parquet",),
        "export_tables:export_runs",
        ending=".csv",
        options=("notes",),
    ),
    Kind(
        "strides",
        ("one row per stride of RUN, or of all runs with a recording;", "CSV or Parquet"),
        "export_tables:export_strides",
        run="may",
        ending=".csv",
        options=("config",),
        row="stride",
    ),
    Kind(
        "samples",
        ("the samples of RUN in g and deg/s; CSV or Parquet, which", "`pfp analyze` reads"),
        "export_tables:export_samples",
        run="must",
        ending=".csv",
        options=("sensor",),
        row="sample",
    ),
    Kind(
        "fit",
        ("RUN as a FIT activity for training programs",),
        "export_fit:export_fit",
        run="must",
        options=("config",),
    ),
    Kind(
        "motion-bids",
        ("a folder for researchers: the samples of RUN, or of all runs with", "a recording, as motion-BIDS"),
        "export_bids:export_bids",
        run="may",
        options=("dates", "serials", "config"),
    ),
    Kind(
        "wellness",
        ("one row per day with the names of intervals.icu; CSV",),
        "export_tables:export_wellness",
        ending=".csv",
        options=("notes",),
        row="day",
    ),
    Kind(
        "fhir",
        ("pain and scores as FHIR R4 observations, for clinics; JSON",),
        "export_tables:export_fhir",
        ending=".json",
        row="observation",
    ),
    Kind(
        "all",
        (
            "the diary, its tables and a FIT file per run in one zip archive,",
            "with a README that explains every column",
        ),
        "export_archive:export_archive",
        options=("notes", "samples", "positions", "config"),
    ),
)
"""Everything that `pfp export` and the page "Take your data out" write."""
