"""One recording in, its rows out: the one function that every engine runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.errors import InputError, PfpError
from pfp_sensors.formats.file_groups import ROOT_SOURCE
from pfp_sensors.formats.plain_file import is_odd_name

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pfp_sensors.cohort.places import Place
    from pfp_sensors.cohort.rows import Rows
    from pfp_sensors.model.cohort import CohortInput
    from pfp_sensors.settings.imports import ImportSettings
    from pfp_sensors.settings.signal import SignalSettings


@dataclass(frozen=True, slots=True)
class Job:
    """What holds for every recording of a cohort; small, so that it can be sent to any process.

    Attributes
    ----------
    place
        The tree that the sources of the recordings are below.
    settings, limits
        The numbers of the signal chain and of reading files.
    """

    place: Place
    settings: SignalSettings
    limits: ImportSettings


def process(given: CohortInput, job: Job) -> Rows:
    """Read one recording and analyse it: its strides and one row for each leg, or one row that says why not.

    It keeps no state and writes nothing, so the same bytes and settings give the same rows in any process.

    Parameters
    ----------
    given
        From :func:`pfp_sensors.cohort.inputs.find_inputs`.
    job
        As for all recordings of the cohort.

    Returns
    -------
    Rows
        A recording without running has a row with status "refused" for each leg, one that cannot be read a
        row with status "failed".
    """
    from pfp_sensors.cohort.rows import failed_rows

    path: Path | None = None
    try:
        with job.place.fetched(given) as path:
            return _analysed(given, path, job)
    except Exception as error:  # the boundary: what is met in one file must not stop the others
        if path is None:
            return _not_fetched(given, error)
        found = _without_mapping(_without_path(_told(error), path, given.source))
        return failed_rows(given, _named(found, given.source))


def process_all(batch: Iterable[CohortInput], job: Job) -> Rows:
    """Do `process` for each recording of a batch, the rows one below the other."""
    from pfp_sensors.cohort.rows import concat

    return concat([process(given, job) for given in batch])


def lost_rows(given: CohortInput) -> Rows:
    """Make the row of a recording that was given up because its processes died; the next run tries it again.

    It is the same from every engine. How a process ended is not in it, since not every engine can tell.
    """
    from pfp_sensors.cohort.lost_work import MOST_DEATHS
    from pfp_sensors.cohort.rows import failed_rows

    error = PfpError(
        f"{given.source}: {MOST_DEATHS} processes ended while they worked on it, the last one with nothing "
        "else to do beside it.",
        "There may be too little memory for it: close other programs, and run the same command again. If "
        "that does not help, try `pfp analyze` with this recording, and report it if that ends too.",
    )
    return failed_rows(given, error, retry=True)


def _analysed(given: CohortInput, path: Path, job: Job) -> Rows:
    from pfp_sensors.analyse.file import analyse_file
    from pfp_sensors.cohort.rows import rows_of
    from pfp_sensors.formats.read import read_recording_file

    file = read_recording_file(path, max_bytes=job.limits.max_bytes)
    return rows_of(given, file, analyse_file(file, job.settings))


def _not_fetched(given: CohortInput, error: Exception) -> Rows:
    """Make the row of a recording that could not be brought here, which may well go better another time."""
    from pfp_sensors.cohort.rows import failed_rows

    if isinstance(error, (PfpError, MemoryError)):
        found = _told(error)
    else:  # what a library says may hold a password, which only the place knows
        words = error.strerror if isinstance(error, OSError) else None
        found = InputError(
            f"It cannot be fetched: {words or type(error).__name__}.",
            "Check the network, that you may read it, and that the disk has room; then run the same command "
            "again.",
        )
    found = _named(found, given.source)
    names = {*given.files, given.source} - {ROOT_SOURCE}
    return failed_rows(given, found, retry=not any(map(is_odd_name, names)))


def _told(error: Exception) -> PfpError:
    """Describe an exception that nobody foresaw; what a library says of the system is an input's fault."""
    if isinstance(error, PfpError):
        return error
    words = f"{type(error).__name__}: {error}"
    found: PfpError
    if isinstance(error, MemoryError):
        found = PfpError(
            "There was not enough memory for it.",
            "Close other programs, or use fewer --workers, and run the same command again.",
        )
    elif isinstance(error, ImportError):
        found = PfpError(
            f"A part of this program cannot be loaded where it was worked on: {error.name or 'unknown'}.",
            "Install pfp-sensors again there (in a cluster everywhere), and run the same command again.",
        )
    elif isinstance(error, OSError):
        found = InputError(f"It cannot be read: {words}.", "Check that it is there and that you may read it.")
    else:
        advice = "Please report it; this is a mistake in pfp, not in your data."
        found = PfpError(f"The program failed on it: {words}.", advice)
    found.__cause__ = error
    return found


def _named(error: PfpError, source: str) -> PfpError:
    """Say which recording it is about, where the words do not."""
    if source in error.message:
        return error
    named = type(error)(f"{source}: {error.message}", error.what_to_do)
    named.__cause__ = error.__cause__
    return named


def _without_mapping(error: PfpError) -> PfpError:
    """Leave out the advice to map columns: a cohort takes no mapping."""
    from pfp_sensors.formats.column_mapping import MAPPING_FOLLOWS

    advice, follows, _ = error.what_to_do.partition(MAPPING_FOLLOWS)
    if not follows:
        return error
    other = "Or bring it in by itself: `pfp import` takes a mapping of its columns."
    short = type(error)(error.message, f"{advice.rstrip()} {other}".strip())
    short.__cause__ = error.__cause__
    return short


def _without_path(error: PfpError, path: Path, source: str) -> PfpError:
    """Name the recording as the cohort does, so that rows tell nothing of the computer that made them."""
    root = str(path).removesuffix(source)

    def named(text: str) -> str:
        return text.replace(str(path), source).replace(root, "") if len(root) > 1 else text

    clean = type(error)(named(error.message), named(error.what_to_do))
    clean.__cause__ = error.__cause__
    return clean
