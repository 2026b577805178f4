"""Take your data out: every kind of file whole and private, and nothing for anybody but the person."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import time
import urllib.parse
import zipfile
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from web_bench import Client, dashboard

from pfp_sensors.actions.add_run import RunGiven, add_run
from pfp_sensors.actions.analyze import AnalyzeOptions
from pfp_sensors.actions.example_run import example_run
from pfp_sensors.actions.export_history import exported_history, history_text
from pfp_sensors.actions.export_kinds import KINDS
from pfp_sensors.actions.import_file import ImportOptions, import_file
from pfp_sensors.actions.now import now
from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.actions.restore import restore
from pfp_sensors.errors import UsageError
from pfp_sensors.formats import fit_writer
from pfp_sensors.settings.load import load_load_settings
from pfp_sensors.store.home_files import WORK_PART
from pfp_sensors.web.export_offers import OFFERS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCES = {"r1": "recording", "r2": "typed", "r3": "watch"}
PATIENCE_S = 60.0
NOTE = "the knee felt like glass"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
WHOLE = [offer.name for offer in OFFERS if offer.kind.run == "none"]
OF_RUN = [offer.name for offer in OFFERS if offer.kind.run != "none"]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """r1 with a recording (synthetic), r2 written down without a time of day, r3 of a made watch's file."""
    home, at = tmp_path_factory.mktemp("made") / "home", now()
    example_run(home, at)
    given = RunGiven(at.date() - timedelta(days=3), minutes=20.0, km=3.0, note=NOTE, pain={"during": 2})
    add_run(home, given, load_load_settings(), at=at)
    file = root / "tests" / "formats" / "samples" / "gpx" / "garmin_connect.gpx"
    import_file(home, file, ImportOptions(AnalyzeOptions(), keep_positions=True), at=at)
    assert {run.id: run.source for run in read_diary(home).runs} == SOURCES
    return home


@pytest.fixture(scope="module")
def port(made: Path) -> Iterator[int]:
    """One dashboard for all tests here: nothing that is taken out changes the diary."""
    before = history_text(exported_history(made))
    with dashboard(made) as client:
        yield client.port
    assert history_text(exported_history(made)) == before


@pytest.fixture
def home(made: Path) -> Path:
    return made


@pytest.fixture
def browser(port: int) -> Client:
    return Client(port)


def from_history(home: Path, **document: Any) -> Path:
    """Bring in the history file of somebody else."""
    file = home.parent / "other.json"
    file.write_text(json.dumps({"schema": "pfp.history/1", "knees": ["right"], **document}), encoding="utf-8")
    restore(file, home, now())
    return home


def nothing_left(home: Path) -> None:
    until_s = time.monotonic() + PATIENCE_S
    while [*home.glob(WORK_PART)]:  # the last piece arrives before its file is removed
        assert time.monotonic() < until_s
        time.sleep(0.01)


def test_every_kind_is_offered_with_a_sentence_of_its_own(browser: Client) -> None:
    page = browser.get("/export")
    assert page.status == 200
    assert {offer.name for offer in OFFERS} == {kind.name for kind in KINDS}
    for offer in OFFERS:
        browser.token(page, f"/export/{offer.name}")
        assert offer.title in page.words
        assert offer.purpose in page.words
        assert set(offer.kind.options) - {"config"} == {name for name, _ in offer.boxes} | (
            {"sensor"} if offer.sensors else set()
        )
    assert "where you run, and most likely where you live" in page.words
    assert not re.search(r"<input[^>]* checked", page.text), "nothing goes along by itself"


def test_other_pages_lead_here(browser: Client) -> None:
    for path in ("/settings", "/runs", "/runs/r1"):
        assert re.search(r'href="/export[#"]', browser.get(path).text), path


@pytest.mark.parametrize("name", WHOLE)
def test_what_is_about_the_whole_diary_is_sent(name: str, browser: Client, home: Path) -> None:
    sent = browser.send(f"/export/{name}", {}, page="/export")
    assert sent.status == 200
    ending = next(offer.forms[0][0] for offer in OFFERS if offer.name == name)
    wanted = f'attachment; filename="pfp-{name}-{now():%Y-%m-%d}{ending}"'
    assert sent.headers["content-disposition"] == wanted
    assert sent.headers["cache-control"] == "no-store"
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert int(sent.headers["content-length"]) == len(sent.body)
    if ending == ".json":
        assert json.loads(sent.body)
    if ending == ".csv":
        assert len([*csv.reader(io.StringIO(sent.text))]) > 1
    nothing_left(home)


def test_the_diary_is_sent_as_it_is(browser: Client, home: Path) -> None:
    sent = browser.send("/export/history", {}, page="/export")
    assert sent.text == history_text(exported_history(home))


def test_your_words_go_along_only_where_ticked(browser: Client) -> None:
    send = partial(browser.send, "/export/runs", page="/export")
    assert NOTE not in send({}).text
    assert NOTE in send({"notes": "yes"}).text
    assert send({"form": ".parquet"}).body[:4] == b"PAR1"


def test_samples_and_places_are_in_the_archive_only_where_ticked(browser: Client, home: Path) -> None:
    def folders(**ticked: str) -> set[str]:
        sent = browser.send("/export/all", ticked, page="/export")
        with zipfile.ZipFile(io.BytesIO(sent.body)) as archive:
            assert archive.testzip() is None
            return {name.partition("/")[0] for name in archive.namelist() if "/" in name}

    assert folders() == {"fit", "watch"}
    assert folders(samples="yes", positions="yes") == {"fit", "watch", "samples", "positions"}
    shown = browser.get("/runs").words
    assert "FIT file of r2 left out" in shown, "what was left out is said on the next page"
    assert "About pfp-all-" in shown
    assert "left out" not in browser.get("/runs").words, "once"
    nothing_left(home)


@pytest.mark.parametrize(
    ("place", "name"), [*(("/runs/r1", name) for name in OF_RUN), ("/export", "fit"), ("/export", "samples")]
)
def test_a_run_is_sent_from_both_pages(place: str, name: str, browser: Client, home: Path) -> None:
    sent = browser.send(f"{place}/{name}", {"run": "r1"}, page=place)
    assert sent.status == 200
    ending = next(offer.forms[0][0] for offer in OFFERS if offer.name == name)
    assert f'"pfp-run-r1-{name}{ending}"' in sent.headers["content-disposition"]
    begins = {".fit": b".FIT", ".zip": b"PK\x03\x04", ".csv": b"run,", ".parquet": b"PAR1"}[ending]
    assert begins in sent.body[:12]
    if name == "motion-bids":
        with zipfile.ZipFile(io.BytesIO(sent.body)) as archive:
            assert "pfp-run-r1-motion-bids/dataset_description.json" in archive.namelist()
            scans = next(one for one in archive.namelist() if one.endswith("_scans.tsv"))
            assert b"1900-01-01" in archive.read(scans)
    nothing_left(home)


def test_true_dates_are_in_a_dataset_only_where_ticked(browser: Client) -> None:
    sent = browser.send("/export/motion-bids", {"dates": "yes"}, page="/export")
    with zipfile.ZipFile(io.BytesIO(sent.body)) as archive:
        scans = next(one for one in archive.namelist() if one.endswith("_scans.tsv"))
        assert b"1900-01" not in archive.read(scans)


def test_strides_of_all_runs_and_samples_as_csv(browser: Client) -> None:
    strides = [*csv.DictReader(io.StringIO(browser.send("/export/strides", {}, page="/export").text))]
    assert {row["run"] for row in strides} == {"r1"}
    form = {"form": ".csv"}
    assert browser.send("/runs/r1/samples", form, page="/runs/r1").text.startswith("time_s,")


@pytest.mark.parametrize("run", ["", "last", "R1", "r99", "../r1", "runs/easy", "/etc/passwd", "%2e%2e"])
def test_only_the_id_of_a_run_is_taken(run: str, browser: Client, home: Path) -> None:
    sent = browser.send("/export/samples", {"run": run}, page="/export")
    assert sent.status == 422
    assert "content-disposition" not in sent.headers
    assert ("The run is missing" if not run else "The diary has no such run") in sent.words
    nothing_left(home)
    where = urllib.parse.quote(run or "none", safe="")
    token = browser.token("/runs/r1", "/runs/r1/samples")
    answer = browser.ask("POST", f"/runs/{where}/samples", f"form_token={token}".encode(), FORM)
    assert answer.status in {403, 404}
    assert "content-disposition" not in answer.headers


def test_what_is_no_choice_is_refused(browser: Client, home: Path) -> None:
    for values in ({"form": ".exe"}, {"form": "/../../x.csv"}):
        sent = browser.send("/export/runs", values, page="/export")
        assert (sent.status, "Form: found" in sent.words) == (422, True)
    sent = browser.send("/runs/r1/samples", {"sensor": "../left"}, page="/runs/r1")
    assert (sent.status, "Sensor: found" in sent.words) == (422, True)
    nothing_left(home)


@pytest.mark.parametrize("path", [*(f"/export/{one.name}" for one in OFFERS), "/runs/r1/fit"])
def test_nothing_is_sent_without_the_token_of_its_form(path: str, browser: Client, home: Path) -> None:
    browser.get("/export")
    other = browser.token("/settings", "/settings/backup")
    own = browser.token("/runs/r1" if path.startswith("/runs") else "/export", path)
    stranger = Client(browser.port)
    stranger.get("/export")
    port = browser.port
    sent = {
        "forged": browser.ask("POST", path, b"form_token=0&run=r1", FORM),
        "of another form": browser.ask("POST", path, f"form_token={other}&run=r1".encode(), FORM),
        "of another browser": stranger.ask("POST", path, f"form_token={own}&run=r1".encode(), FORM),
        "by an address": browser.ask("GET", path),
        "by an address with the token": browser.ask("GET", f"{path}?form_token={own}&run=r1"),
        "of another site": browser.ask(
            "POST", path, f"form_token={own}&run=r1".encode(), FORM | {"Sec-Fetch-Site": "cross-site"}
        ),
        "of another origin": browser.ask(
            "POST", path, f"form_token={own}&run=r1".encode(), FORM | {"Origin": "http://evil.example"}
        ),
        "by another name": browser.ask(
            "POST", path, f"form_token={own}&run=r1".encode(), FORM | {"Host": f"evil.example:{port}"}
        ),
    }
    for how, answer in sent.items():
        assert answer.status in {403, 405}, how
        assert "content-disposition" not in answer.headers, how
    nothing_left(home)


def test_another_name_or_site_sees_no_page(browser: Client) -> None:
    assert browser.ask("GET", "/export", headers={"Host": f"evil.example:{browser.port}"}).status == 403
    elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    led = browser.ask("GET", "/export", headers=elsewhere)
    assert "Open the dashboard" in led.words
    assert "form_token" not in led.text


def test_a_recording_that_somebody_elses_diary_names_is_not_opened(tmp_path: Path) -> None:
    outside = tmp_path / "secret.csv"
    outside.write_text("time_s,acc_x_g,acc_y_g,acc_z_g\n0,0,0,1\n", encoding="utf-8")
    runs = [
        {"id": "r1", "start": "2026-03-01", "minutes": 20, "recording": "../secret.csv"},
        {"id": "r2", "start": "2026-03-02", "minutes": 20, "recording": "runs/gone"},
    ]
    home = from_history(tmp_path / "home", runs=runs)
    with dashboard(home) as client:
        page = client.get("/export")
        assert 'value="r1"' not in page.text.partition('action="/export/strides"')[2], "it has none to offer"
        for name in ("strides", "samples", "motion-bids"):
            sent = client.send(f"/export/{name}", {"run": "r1"}, page="/export")
            assert sent.status == 422
            assert "has no recording here" in sent.words
            gone = client.send(f"/export/{name}", {"run": "r2"}, page="/export")
            assert (gone.status, "is not there any more" in gone.words) == (400, True)
            assert "Traceback" not in gone.text
    nothing_left(home)


def test_the_id_of_a_run_may_be_anybodys_text(tmp_path: Path) -> None:
    ids = [
        'x"; filename="evil.exe',
        "../../etc",
        "last",
        "2026-03-01",
        "R5",
        "r5",
        "<script>x</script>",
        "été",
    ]
    runs = [
        {"id": one, "start": f"2026-03-{day:02}T10:00:00+00:00", "minutes": 10.0 + day, "km": 2}
        for day, one in enumerate(ids, 1)
    ]
    home = from_history(tmp_path / "home", runs=runs)
    kept = {run.id: run for run in read_diary(home).runs}
    assert "last" in kept
    with dashboard(home) as client:
        assert "<script>x" not in client.get("/export").text
        for ident, run in kept.items():
            sent = client.send("/export/fit", {"run": ident}, page="/export")
            assert sent.status == 200, ident
            said = sent.headers["content-disposition"]
            assert re.fullmatch(r'attachment; filename="pfp-run-[A-Za-z0-9_-]+-fit\.fit"', said)
            assert total_s(sent.body) == round(60 * (run.minutes or 0)), ident
        page = client.ask("GET", "/runs/" + urllib.parse.quote(ids[0]) + "/report.html")
        assert page.status == 200, page.text
        assert (
            page.headers["content-disposition"] == 'attachment; filename="pfp-run-x_filename_evil_exe.html"'
        )
    nothing_left(home)


def total_s(fit: bytes) -> int:
    """Read how long the activity took, with a reader of others."""
    import fitdecode

    with fitdecode.FitReader(io.BytesIO(fit)) as reader:
        for frame in reader:
            if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "session":
                return round(frame.get_value("total_timer_time"))
    raise AssertionError("no session")


def test_what_is_missing_is_said_on_the_page(
    browser: Client, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_time = browser.send("/runs/r2/fit", {}, page="/runs/r2")
    assert no_time.status == 422
    assert "only the day of the run is known" in no_time.words
    assert "Run r2" in no_time.words, "on its own page"
    assert "No file was made: r2" in no_time.words

    def missing(*_: object) -> None:
        raise UsageError("FIT files need a package.", "pip install 'pfp-sensors[watch]'")

    monkeypatch.setattr(fit_writer, "write_fit", missing)
    sent = browser.send("/runs/r1/fit", {}, page="/runs/r1")
    assert (sent.status, "pip install 'pfp-sensors[watch]'" in sent.words) == (422, True)
    nothing_left(home)


def test_a_form_is_shown_again_as_it_was_filled_in(browser: Client) -> None:
    again = browser.send("/export/samples", {"run": "r99", "form": ".csv"}, page="/export")
    assert again.text.count('<option value=".csv" selected>') == 1
    assert again.text.count('aria-invalid="true"') == 1


def test_a_run_without_recording_offers_what_there_is(browser: Client) -> None:
    page = browser.get("/runs/r2")
    forms = set(re.findall(r'action="/runs/r2/([a-z-]+)"', page.text))
    assert forms & set(OF_RUN) == {"fit"}
    assert "so there are no strides and no samples" in page.words


def test_without_a_diary_there_is_nothing_to_take_out(tmp_path: Path) -> None:
    home = tmp_path / "new"
    with dashboard(home) as client:
        page = client.get("/export")
        assert page.status == 200
        assert "There is no diary yet" in page.words
        assert "<form" not in page.text
    assert not home.exists()


def test_a_diary_that_went_away_is_said_and_no_home_is_left(tmp_path: Path) -> None:
    home = from_history(tmp_path / "home")
    with dashboard(home) as client:
        token = client.token("/export", "/export/runs")
        shutil.rmtree(home)
        sent = client.ask("POST", "/export/runs", f"form_token={token}".encode(), FORM)
        assert (sent.status, "There is no diary" in sent.words) == (422, True)
    assert not home.exists()


# --- runs of a watch -------------------------------------------------------------------------------


def test_a_run_of_a_watch_has_a_useful_page(browser: Client, home: Path) -> None:
    run = next(one for one in read_diary(home).runs if one.id == "r3")
    words = browser.get("/runs/r3").words
    assert run.heart_rate_bpm is not None
    assert f"Heart rate {run.heart_rate_bpm:.0f} beats per minute" in words
    assert "Where from brought in from a watch" in words
    assert "Landing impact not measured" in words
    assert "the run came from a watch, which has no samples of the shin" in words
    listed = browser.get("/runs").words
    assert f"Heart beats per minute {run.heart_rate_bpm:.0f}" in listed
    assert listed.count("Heart beats per minute") == 1


def test_a_joined_run_names_both_sources(tmp_path: Path) -> None:
    of_both = {"heart_rate_bpm": 151.0, "ascent_m": 12.0, "watch": "runs/a/watch.parquet", "method": "m"}
    starts = [date(2026, 3, 1), date(2026, 3, 2)]
    runs = [
        {"id": ident, "start": f"{day}", "minutes": 20, "km": 4, "source": source, **of_both}
        for ident, day, source in zip(["r1", "r2"], starts, ["import", "watch"], strict=True)
    ]
    with dashboard(from_history(tmp_path / "home", runs=runs)) as client:
        pages = [client.get(f"/runs/{ident}").words for ident in ("r1", "r2")]
        listed = client.get("/runs").words
    assert "Joined with the rows of a watch" in pages[0]
    assert "Joined with the recording of a sensor" in pages[1]
    assert all("Climb 12 m up" in page for page in pages)
    assert listed.count("sensor and watch") == 2
