"""What is to be done: the recordings found, against the rows that are there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.errors import InputError, UsageError
from pfp_sensors.formats.file_groups import ROOT_SOURCE, folders_above

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence, Set

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
        Recordings with rows, of whichever method and settings, that are not there any more.
    behind_links
        Recordings with rows that may be there or not: a link that is not followed stands where they were.
    n_refused_before, n_failed_before
        Of those that are done: without running, and not analysed.
    """

    todo: tuple[CohortInput, ...]
    superseded: Mapping[str, Sequence[str]]
    gone: frozenset[str]
    behind_links: frozenset[str]
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
    missing = frozenset() if asked.pattern else _missing(found, rest, superseded, dataset.sources_of_others())
    behind_links = frozenset(_below(missing, found.linked))
    return Plan(
        todo,
        superseded,
        missing - behind_links,
        behind_links,
        len(done & dataset.with_status("refused")),
        len(done & dataset.with_status("failed")),
    )


def drop_everywhere(dataset: Dataset, plan: Plan) -> tuple[str, ...]:
    """Remove the rows of what is gone from the tables of all methods and settings.

    Those of today come last: they, at least, are what the next look finds if this one is ended in between.

    Returns
    -------
    tuple of str
        What of the older tables is damaged, so that it was left as it is, in plain sentences.

    Raises
    ------
    InputError
        If a recording may be behind a link, so that what is gone cannot be told; nothing is removed then.
    UsageError, PfpError
        If the rest of a part cannot be written.
    """
    if plan.behind_links:
        raise InputError(
            f"Where {min(plan.behind_links)} was there is a link, which is not followed, so what is gone "
            "cannot be told.",
            "Nothing was removed. Put the folder itself there; or delete the link, where what it led to is "
            "to go; or leave --drop-gone away.",
        )
    warnings: tuple[str, ...] = ()
    for one in dataset.others():
        one.drop(plan.gone)
        warnings += one.warnings
    dataset.drop(plan.gone - _replaced(plan.superseded))
    return warnings


def _missing(
    found: FoundInputs, rest: Set[str], superseded: Mapping[str, Sequence[str]], others: Iterable[str]
) -> frozenset[str]:
    """Find what has rows and is not there, but for what may be where nobody may look.

    Of today's tables, what goes on under another name is left out: its rows go when the new ones come. Older
    tables get no new ones; there, that is left out whose file is there still, as part of another recording.
    """
    older = set(others)
    older.difference_update(name for one in found.inputs for name in (one.source, *one.files))
    missing = older | (rest - _replaced(superseded))
    return frozenset(missing - _below(missing, found.not_listed))


def _replaced(superseded: Mapping[str, Sequence[str]]) -> set[str]:
    return {old for many in superseded.values() for old in many}


def _below(sources: Set[str], folders: Sequence[str]) -> set[str]:
    """Pick what is one of some folders, or lies below one; each ends with "/"."""
    starts = tuple(folders)
    return {one for one in sources if f"{one}/".startswith(starts)}


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
