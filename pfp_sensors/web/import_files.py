"""Recordings brought in by a form: sent, shown as they were understood, then stored without sending again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from pfp_sensors.actions.analyze import AnalyzeOptions
from pfp_sensors.actions.entry_days import read_start
from pfp_sensors.actions.example_run import example_run
from pfp_sensors.actions.import_file import ImportedFile, ImportOptions, import_file, is_recording
from pfp_sensors.errors import InputError, PfpError, RefusedError, UsageError
from pfp_sensors.report.imported_text import imported_text
from pfp_sensors.report.words import count
from pfp_sensors.report.written_text import TAKE_BACK
from pfp_sensors.web.forms import FieldError, needed
from pfp_sensors.web.pain import KNEES
from pfp_sensors.web.plain_words import of_form
from pfp_sensors.web.routes import get, post
from pfp_sensors.web.visit import GoTo, Page

if TYPE_CHECKING:
    from pfp_sensors.model.diary import Moment
    from pfp_sensors.web.sent_files import Sent
    from pfp_sensors.web.site import Site
    from pfp_sensors.web.uploads import Sending, Uploads
    from pfp_sensors.web.visit import Visit

LABELS: Final = {
    "start": "Day of the run",
    "side": "Leg that carried the sensor",
    "sensor": "Which sensor, by the beginning of its columns",
    "range-g": "Full scale of the accelerometer, g",
    "speed-mps": "Speed of the treadmill, m/s",
    "distance-km": "Distance by treadmill or watch, km",
}
"""By option of ``pfp import``."""

_ASKED: Final = "How was the knee?"

_MOST_SHOWN: Final = 5
"""Runs of one file that are told one by one."""


def upload_page(visit: Visit) -> Page:
    """Show the form to which files are given."""
    settings = visit.settings
    return Page(
        "import.html", {"most_mb": settings.max_upload_bytes // 10**6, "most": settings.max_upload_files}
    )


def send(visit: Visit) -> GoTo:
    """Take the files, and see what each would become.

    Raises
    ------
    PfpError
        If nothing was sent or none of it can be brought in; then nothing is kept.
    """
    files = visit.fields.files("files")
    if not files:
        raise FieldError("files", "No file was chosen.", "Choose one or several.")
    uploads = _uploads(visit)
    sending = uploads.keep(visit.home, visit.session, files, visit.settings.max_upload_bytes)
    with sending.lock:
        for sent in sending.recordings:
            _understand(visit, sent)
    problems = [sent.problem for sent in sending.recordings if sent.problem is not None]
    if len(problems) == len(sending.recordings) and not any(_can_be_helped(one) for one in problems):
        uploads.drop(sending)
        raise problems[0]
    return GoTo(f"/import/{sending.id}")


def understood_page(visit: Visit) -> Page | GoTo:
    """Show what was understood of each recording, with what is still to be said of it."""
    sending = _sending(visit)
    if all(sent.stored is not None for sent in sending.recordings):
        return GoTo(f"/runs/{sending.recordings[-1].stored}")
    return Page(
        "understood.html",
        {
            "ident": sending.id,
            "waiting": [_shown(k, sent) for k, sent in enumerate(sending.recordings) if sent.stored is None],
            "left_out": sending.left_out,
            "labels": {name.replace("-", "_"): label for name, label in LABELS.items()},
            "legs": [("", "as the recording says"), *((leg, leg) for leg in KNEES)],
            "today": visit.at.date(),
        },
    )


def store(visit: Visit) -> GoTo:
    """Store one of the recordings; raises as `import_file`."""
    number = visit.fields.whole("number", "Number")
    try:
        options, start = _options(visit), _start(visit)
    except PfpError as error:
        raise of_form(error, LABELS) from error
    with _uploads(visit).alone(visit.part("id"), visit.session) as sending:
        if number is None or not 0 <= number < len(sending.recordings):
            raise UsageError("There is no such recording among these files.", "Load the page again.")
        sent = sending.recordings[number]
        if sent.stored is not None:
            return GoTo(f"/runs/{sent.stored}", ("It is stored already.",))
        try:
            done = _stored(visit, sent, options, start)
        except PfpError as error:
            raise _in_plain_words(error, sent) from error
        sent.stored = done.runs[-1].run.id
        waits = any(one.stored is None for one in sending.recordings)
        if not waits:
            _uploads(visit).finish(sending)
    path = f"/import/{sending.id}" if waits else f"/runs/{sent.stored}"
    return GoTo(path, _said(done, sent), undo=done.runs[-1].how in {"added", "joined"})


def _stored(visit: Visit, sent: Sent, options: AnalyzeOptions, start: Moment | None) -> ImportedFile:
    """Bring a file in; where nothing of it can be, that is an error."""
    done = import_file(visit.home, sent.path, ImportOptions(options, start), at=visit.at)
    if not done.runs:
        raise done.problems[0][1]
    return done


def discard(visit: Visit) -> GoTo:
    """Remove the files that were sent and not stored."""
    with _uploads(visit).alone(visit.part("id"), visit.session) as sending:
        _uploads(visit).drop(sending)
    return GoTo("/import", ("The files were removed. Nothing more was stored.",))


def try_example(visit: Visit) -> GoTo:
    """Compute a synthetic run and bring it in, where the diary has none; raises as `example_run`."""
    done = example_run(visit.home, visit.at)
    lines = _worded(imported_text(done, "this run"))
    return GoTo(f"/runs/{done.run.id}", lines, undo=True)


def _uploads(visit: Visit) -> Uploads:
    site: Site = visit.request.app.state.site
    return site.uploads


def _sending(visit: Visit) -> Sending:
    return _uploads(visit).of(visit.part("id"), visit.session)


def _understand(visit: Visit, sent: Sent) -> None:
    """Ask what a recording would become, as ``pfp import --dry-run``, and keep the answer."""
    try:
        options = ImportOptions(AnalyzeOptions(), dry_run=True)
        found = import_file(visit.home, sent.path, options, at=visit.at)
        sent.said = _said(found, sent)
        runs = tuple(replace(one, recording=None, watch=None) for one in found.runs)  # not their samples
        sent.understood = replace(found, runs=runs)
    except PfpError as error:
        sent.problem = _in_plain_words(error, sent)


def _can_be_helped(error: PfpError) -> bool:
    """Tell whether an answer to a question may make a recording readable."""
    return isinstance(error, UsageError)


def _in_plain_words(error: PfpError, sent: Sent) -> PfpError:
    """Say the name that the person knows in place of ours, and fields in place of options."""
    ours = (str(sent.path), str(sent.path.parent))
    message, advice = error.message, error.what_to_do
    for path in ours:
        message, advice = message.replace(path, sent.shown), advice.replace(path, sent.shown)
    kind = InputError if isinstance(error, RefusedError) else type(error)
    if isinstance(error, FieldError):
        return FieldError(error.field, message, advice)
    if "does not say when" in message:
        return FieldError("start", message, "Give the day, and the time where you know it.")
    return of_form(kind(message, advice.replace("`pfp analyze a file`", "`pfp analyze FILE`")), LABELS)


def _options(visit: Visit) -> AnalyzeOptions:
    fields = visit.fields
    return AnalyzeOptions(
        side=fields.choice("side", LABELS["side"], KNEES),  # type: ignore[arg-type]
        sensor=fields.text("sensor", LABELS["sensor"]),
        acc_range_g=fields.number("range_g", LABELS["range-g"]),
        speed_mps=fields.number("speed_mps", LABELS["speed-mps"]),
        distance_km=fields.number("distance_km", LABELS["distance-km"]),
    )


def _start(visit: Visit) -> Moment | None:
    day, clock = visit.fields.text("start", LABELS["start"]), visit.fields.text("time", "Time it began")
    if day is None:
        return None if clock is None else needed(None, "start", LABELS["start"])
    return read_start(day if clock is None else f"{day}T{clock}", visit.at)


def _shown(number: int, sent: Sent) -> dict[str, object]:
    found = sent.understood
    runs = () if found is None else found.runs
    return {
        "number": number,
        "name": sent.shown,
        "problem": sent.problem,
        "said": sent.said,
        "known": runs[-1].run.id if runs and all(one.how == "known" for one in runs) else None,
        "dated": bool(runs) and all(one.dated for one in runs),
        "is_recording": is_recording(sent.path),
        "can_be_stored": bool(runs) or (sent.problem is not None and _can_be_helped(sent.problem)),
    }


def _said(done: ImportedFile, sent: Sent) -> tuple[str, ...]:
    """Write what ``pfp import`` says, without what is a button or a field here."""
    lines = [line for one in done.runs[:_MOST_SHOWN] for line in _worded(imported_text(one, sent.shown))]
    if len(done.runs) > _MOST_SHOWN:
        lines.append(f"And {count(len(done.runs) - _MOST_SHOWN, 'more run')}.")
    lines += [f"Not taken: {error.message}".replace(str(sent.path), sent.shown) for _, error in done.problems]
    return (*lines, *done.notes)


def _worded(text: str) -> tuple[str, ...]:
    plain = text.replace(TAKE_BACK, "").replace(" Nothing was written (--dry-run).", " Not stored yet.")
    plain = plain.replace(": give it with --start.", ": say it below.")
    lines = (
        line.partition("; `pfp analyze ")[0] if "`pfp analyze " in line else line
        for line in plain.splitlines()
    )
    return tuple(
        f"{_ASKED} Answer below, or an hour after the run." if line.startswith(_ASKED) else line.strip()
        for line in lines
    )


ROUTES = (
    get("/import", upload_page),
    post("/import", send, upload_page),
    post("/import/example", try_example, upload_page),
    get("/import/{id}", understood_page),
    post("/import/{id}/store", store, understood_page),
    post("/import/{id}/discard", discard, understood_page),
)
