"""What is to be done: the recordings found, against the rows that are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.errors import UsageError
from pfp_sensors.formats.file_groups import ROOT_SOURCE, folders_above

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence, Set

    from pfp_sensors.cohort.dataset import Dataset
    from pfp_sensors.cohort.place import Asked
    from pfp_sensors.model.cohort import CohortInput, FoundInputs


@dataclass(frozen=True, slots=True)
class Plan:
    """What a cohort run has before it.

    Attributes
    ----------
    todo
        Recordings that are new, have changed, or failed in a way that another try may end better.
    superseded
        Recordings with rows whose files now belong to another one, by the source of that one: samples would
        stand there twice.
    gone
        Recordings with rows that are not there any more.
    n_refused_before, n_failed_before
        Of those that are done: without running, and not analysed.
    """

    todo: tuple[CohortInput, ...]
    superseded: Mapping[str, Sequence[str]]
    gone: frozenset[str]
    n_refused_before: int
    n_failed_before: int


def make_plan(found: FoundInputs, asked: Asked, dataset: Dataset) -> Plan:
    """Compare what was found with what is done.

    Raises
    ------
    UsageError
        If one file was asked for that belongs to a recording in the tables.
    """
    stamps = dataset.done()
    todo = tuple(one for one in found.inputs if stamps.get(one.source) != one.stamp)
    rest = dataset.sources() - {one.source for one in found.inputs}
    superseded = _superseded(todo, rest)
    if asked.is_file and superseded:
        old = next(iter(superseded.values()))[0]
        raise UsageError(
            f"{asked.pattern} belongs to the recording {old}, whose rows are there already.",
            "Give the folder of that recording, or another --out.",
        )
    done = {one.source for one in found.inputs} - {one.source for one in todo}
    return Plan(
        todo,
        superseded,
        frozenset() if asked.pattern else _gone(rest, superseded, found.not_listed),
        len(done & dataset.with_status("refused")),
        len(done & dataset.with_status("failed")),
    )


def drop_everywhere(dataset: Dataset, gone: Collection[str]) -> tuple[str, ...]:
    """Remove the rows of some recordings from the tables of all methods and settings.

    Returns
    -------
    tuple of str
        What of the older tables is damaged, so that it could not be looked at, in plain sentences.
    """
    dataset.drop(gone)
    warnings: tuple[str, ...] = ()
    for one in dataset.others():
        one.drop(gone)
        warnings += one.warnings
    return warnings


def _gone(
    rest: Set[str], superseded: Mapping[str, Sequence[str]], not_listed: Sequence[str]
) -> frozenset[str]:
    """Leave out what goes on under another name, and what may be where nobody may look."""
    replaced = {old for many in superseded.values() for old in many}
    return frozenset(old for old in rest - replaced if not f"{old}/".startswith(tuple(not_listed)))


def _superseded(todo: Sequence[CohortInput], rest: Set[str]) -> dict[str, list[str]]:
    """Find the recordings with rows whose files, or some of them, are those of one that is to be done now.

    A folder that was a recording is one whose files now are recordings by themselves.
    """
    owner: dict[str, str] = {}
    for one in todo:
        folders = (
            [folder for folder in folders_above(one.source) if folder] if "/" in one.source else [ROOT_SOURCE]
        )
        for name in (*folders, *one.files):
            owner.setdefault(name, one.source)
    superseded: dict[str, list[str]] = {}
    for old in sorted(rest & owner.keys()):
        superseded.setdefault(owner[old], []).append(old)
    return superseded
