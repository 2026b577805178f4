"""The page of one run: its recording looked at again, the diary asked, and the file written."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.find_run import find_run
from pfp_sensors.actions.look import Look, look_at
from pfp_sensors.actions.next_run import next_run
from pfp_sensors.actions.read_diary import has_diary
from pfp_sensors.actions.run_knowledge import options_of_run
from pfp_sensors.errors import PfpError, UsageError
from pfp_sensors.load.advised_then import no_run_advised
from pfp_sensors.load.answers import REQUIRED
from pfp_sensors.load.run_context import run_context
from pfp_sensors.load.seen import see
from pfp_sensors.model.report import AgainstTolerance, PainAnswer, RunReport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pfp_sensors.actions.analyze import AnalyzeOptions
    from pfp_sensors.load.run_context import RunContext
    from pfp_sensors.load.seen import SeenRun
    from pfp_sensors.model.diary import History, Run
    from pfp_sensors.settings.load_rules import LoadSettings

_NOT_KEPT: Final = (
    "the recording is not kept with the diary. `pfp report FILE -o OUT.html` with the file it came from "
    "draws the charts."
)
_TYPED: Final = "the run was written down by hand, without a sensor."
_WATCH: Final = "the run came from a watch, which has no samples of the shin."
_UNKNOWN: Final = "the diary has the figures of this run, and no recording of it."
_NOT_IN_DIARY: Final = "this recording is not in the diary"
_CAME_LATE: Final = "it came into the diary when a later run had begun"
_NOT_MEASURED: Final = "no landing impact was measured"
_JUST_BEFORE: Final = timedelta(seconds=1)


def report_run(
    home: Path,
    word: str,
    at: datetime,
    config: Path | None = None,
    options: AnalyzeOptions | None = None,
    look: Callable[[Path, Path | None, AnalyzeOptions | None], Look] = look_at,
) -> RunReport:
    """Gather what the page of a run shows.

    What the answer for the next run commits to is kept, as with `next_run`. A recording that is not in the
    diary is shown by itself, and the diary is not asked.

    Parameters
    ----------
    home
        As from `home_folder`.
    word
        A run of the diary as `find_run` takes it, or the path of a recording.
    at
        Now, with offset.
    config
        A file of settings to use in place of the shipped ones.
    options
        What is known beside the recording.
    look
        Used in place of `look_at`: by whoever keeps what was found.

    Raises
    ------
    UsageError
        If there is neither such a run nor such a file.
    SettingsError
        If ``config`` has a wrong key or value.
    InputError, PfpError
        If the recording of a path, or the diary, cannot be read.
    """
    runs = _runs(home)
    path = Path(word)
    if path.exists() and not any(run.id.lower() == word.strip().lower() for run in runs):
        seen = look(path, config, options)
        own = next((run for run in runs if run.sha256 == seen.analysis.provenance.source.sha256), None)
        return _alone(seen, at) if own is None else _in_diary(home, own, seen, None, at, config)
    return report_own_run(home, word, at, config, options, look)


def report_own_run(
    home: Path,
    word: str,
    at: datetime,
    config: Path | None = None,
    options: AnalyzeOptions | None = None,
    look: Callable[[Path, Path | None, AnalyzeOptions | None], Look] = look_at,
) -> RunReport:
    """Gather the same of a run of the diary; ``word`` is never taken for a path, so that a page may give it.

    Raises
    ------
    UsageError
        If there is no such run.
    SettingsError, PfpError
        As `report_run`.
    """
    runs = _runs(home)
    if not runs:
        raise UsageError(
            f"{word} is no file, and there is no run in the diary yet.",
            "Give the path of a recording, or bring it in with `pfp import`.",
        )
    run = _found(runs, word, at)

    def look_at_own(folder: Path) -> Look:
        return look(folder, config, options or options_of_run(home, runs, run, at))

    kept, because = _kept(home, run, look_at_own)
    return _in_diary(home, run, kept, because, at, config)


def write_page(text: str, path: Path, *, replace: bool = False) -> None:
    """Write a page that only its owner can read; it is whole or not there.

    Parameters
    ----------
    replace
        Write over a file that is there.

    Raises
    ------
    UsageError
        If the file is there already, or none can be made there.
    PfpError
        If the disk is full or failing.
    """
    from pfp_sensors.store.sealed_files import replacing

    check_page(path, replace=replace)
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def check_page(path: Path, *, replace: bool = False) -> None:
    """Refuse a page that could not be written, before all the work.

    Raises
    ------
    UsageError
        If the name does not end in .html, its folder is not there, or the file is there already.
    """
    if path.suffix.lower() not in {".html", ".htm"}:
        raise UsageError(
            f"{path}: the page is an HTML or a PDF file.", "Give a name ending in .html or .pdf."
        )
    if not path.parent.is_dir():
        raise UsageError(f"{path} cannot be written: there is no folder {path.parent}.", "Make it first.")
    if path.is_dir() or (path.exists() and not replace):
        raise UsageError(f"{path} is there already.", "Give another name, or add --replace.")


def _runs(home: Path) -> tuple[Run, ...]:
    from pfp_sensors.store.database import open_diary
    from pfp_sensors.store.diary import read_history

    if not has_diary(home):
        return ()
    with contextlib.closing(open_diary(home)) as diary:
        return read_history(diary).runs


def _found(runs: Sequence[Run], word: str, at: datetime) -> Run:
    """Find a run; a word that looks like a path is told to be no file."""
    is_named = any(run.id == word for run in runs)
    if not is_named and ("/" in word or "\\" in word or Path(word).suffix):
        raise UsageError(
            f"There is no file {word}, and no run of that name.", "`pfp runs` lists the runs of the diary."
        )
    return find_run(runs, word, at)


def _kept(home: Path, run: Run, look: Callable[[Path], Look]) -> tuple[Look | None, str | None]:
    """Look at the recording that is kept of a run, or say why that cannot be done."""
    from pfp_sensors.store.recording_names import recording_of

    if run.recording is None:
        return None, _without(run)
    try:
        folder = recording_of(home, run)
        if not folder.exists():
            return None, f"its recording, {run.recording}, is not there any more. Restore it from a backup."
        seen = look(folder)
    except PfpError as error:
        return None, f"its recording cannot be read: {error.message} {error.what_to_do}".strip()
    if run.sha256 not in {None, seen.analysis.provenance.source.sha256}:
        return None, f"its recording, {run.recording}, holds other data than when the run was entered."
    return seen, None


def _without(run: Run) -> str:
    if run.source == "watch" and run.method is None:
        return _WATCH
    if run.sha256 is not None:
        return _NOT_KEPT
    return _TYPED if run.source == "typed" else _UNKNOWN


def _alone(look: Look, at: datetime) -> RunReport:
    return RunReport(at, None, None, (), (), *look, None, (), _NOT_IN_DIARY, None, None)


def _in_diary(
    home: Path, run: Run, look: Look | None, because: str | None, at: datetime, config: Path | None
) -> RunReport:
    judged = next_run(home, at, config)
    seen = see(judged.history, at, judged.settings)
    own = next((one for one in seen.runs if one.run.id == run.id), None)
    if own is None:
        raise UsageError(f"{run.id} lies in the future.", "Correct its start with `pfp edit`.")
    follower = next((one for one in seen.runs if one.start > own.start), None)
    context = _context(judged.history, run, follower, at, judged.settings)
    analysis, charts = (None, ()) if look is None else look
    return RunReport(
        made=at,
        run=run,
        cap=own.cap,
        pain=_pain(own),
        unanswered=tuple(name for name in REQUIRED if name not in own.answered),
        analysis=analysis,
        charts=charts,
        no_recording=because,
        against=_against(context),
        not_judged=context.not_judged if context is not None else _CAME_LATE if run.impact else _NOT_MEASURED,
        followed_by=None if follower is None else follower.run,
        answer=judged.recommendation,
        no_run=no_run_advised(judged.history, run, at.tzinfo, judged.settings),
    )


def _pain(own: SeenRun) -> tuple[PainAnswer, ...]:
    return tuple(PainAnswer(one.kind, one.score, one.knee) for one in own.items if one.score is not None)


def _context(
    history: History, run: Run, follower: SeenRun | None, at: datetime, settings: LoadSettings
) -> RunContext | None:
    """Hold a run against the tolerance as it stood until the next run began; None if not known by then."""
    if follower is None:
        return run_context(history, run.id, at, settings)
    began = follower.run.start
    zone = began.tzinfo if isinstance(began, datetime) else at.tzinfo
    return run_context(history, run.id, follower.start.astimezone(zone) - _JUST_BEFORE, settings)


def _against(context: RunContext | None) -> tuple[AgainstTolerance, ...]:
    """Take the readings; none counts where the run cannot be judged."""
    if context is None:
        return ()
    return tuple(
        AgainstTolerance(
            one.leg,
            one.impact_g,
            one.tolerance_g,
            one.excess,
            counts=one.comparable and context.not_judged is None,
        )
        for one in context.readings
    )
