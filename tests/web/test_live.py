"""The live page over real HTTP: it follows a recorder of its own process, and never shows old news as new."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import psutil
import pytest
from live_bench import PATIENCE_S, Stream, following, recorder, served
from web_bench import Client, dashboard

from pfp_sensors.actions.read_diary import read_diary
from pfp_sensors.model.live_state import RecordingState, SensorState
from pfp_sensors.store.home import run_folders
from pfp_sensors.store.live_files import LiveFiles
from pfp_sensors.store.run_lock import RunLock
from pfp_sensors.web import live
from pfp_sensors.web.live import MOST_FOLLOWERS

if TYPE_CHECKING:
    from pathlib import Path

SENSOR = SensorState("S<b>", "open_profile", "left", "streaming", resultant_g=(8.0,), cadence_spm=164.0)
STATE = RecordingState("20261122-173242", "2026-11-22T17:32:43+00:00", 61.5, False, 1.0, (SENSOR,))


def written(home: Path) -> tuple[Path, LiveFiles]:
    """Make the folder of a recording with its first state; whoever records holds its lock."""
    folder = home / "runs" / "20261122-173242"
    folder.mkdir(parents=True)
    (folder / "packets.arrows").touch()
    files = LiveFiles(folder)
    show(files, STATE)
    return folder, files


def show(files: LiveFiles, state: RecordingState) -> None:
    files.replace_status({"schema": "pfp.live/1", **asdict(state)})


def phase(stream: Stream) -> str:
    return str(stream.told[-1].values.get("phase", "")) if stream.told else ""


# --- the real recorder ----------------------------------------------------------------------------


def test_a_recording_is_followed_from_before_its_start_to_its_run_in_the_diary(tmp_path: Path) -> None:
    pytest.importorskip("bumble")
    with dashboard(tmp_path) as client, following(client.port) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-store"
        assert "content-security-policy" in stream.headers
        stream.until(lambda now: phase(now) == "idle")
        sides = ("--side", "left", "--side", "right", "--cue", "cadence", "--target", "185")
        with recorder(tmp_path, *sides, "--minutes", "1.2", "--speed-up", "12") as process:
            stream.until(lambda now: len(now.landings()) > 20)
            page = client.get("/live").words
            stream.until(lambda now: now.named("ended"))
            process.wait(PATIENCE_S)
        (folder,) = run_folders(tmp_path)
        lines = [json.loads(line) for line in (folder / "live.jsonl").read_text().splitlines()]
    told = [(one["sensor"], one["at_s"], one["resultant_g"]) for one in stream.landings()]
    assert told == [(one["sensor"], one["initial_contact_s"], one["resultant_g"]) for one in lines]
    batches = stream.named("landings")
    assert len(batches) > 3, "they came all at once, at the end"
    states = [one.values for one in stream.named("state") if one.values["phase"] == "recording"]
    elapsed_s = [one["elapsed_s"] for one in states]
    assert len(set(elapsed_s)) > 6
    assert elapsed_s == sorted(elapsed_s)
    assert "SYNTHETIC" in states[-1]["synthetic"]
    assert {one["name"] for one in states[-1]["sensors"]} == {"SHANK-L, left leg", "SHANK-R, right leg"}
    assert states[-1]["cadence_target_spm"] == 185.0
    assert any(one["cue_is_now"] for one in states)
    assert "Quicker, shorter steps" in states[-1]["cue"]
    (end,) = stream.named("ended")
    (run,) = read_diary(tmp_path).runs
    assert end.values["link"] == [f"/runs/{run.id}", f"See the run {run.id}"]
    assert "SYNTHETIC" in end.values["synthetic"]
    for said in ("Recording 0:", "steps per minute", "It is not the load on the kneecap", "Battery 87 %"):
        assert said in page, said
    assert "Reload the page to see the present one" in page


def test_a_recorder_that_was_killed_is_said_to_have_stopped(tmp_path: Path) -> None:
    pytest.importorskip("bumble")
    with dashboard(tmp_path) as client, following(client.port) as stream:
        with recorder(tmp_path, "--speed-up", "10") as process:
            stream.until(lambda now: now.landings())
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(PATIENCE_S)
            (end,) = stream.until(lambda now: now.named("ended"))
        assert end.values["title"] == "The recorder has stopped"
        assert "`pfp recover` finishes it" in end.values["words"]
        assert end.values["link"] == ["/", "Finish it on the page Today"]
        page = client.get("/live").words
        assert "Nothing is being recorded" in page
        assert "Left unfinished by a crash" in page
        assert "Finish it on the page Today" in page


# --- old news -------------------------------------------------------------------------------------


def test_files_that_stand_still_are_said_to_be_old(tmp_path: Path) -> None:
    folder, files = written(tmp_path)
    with RunLock(folder), dashboard(tmp_path) as client:
        soon = time.time() + 300  # new for longer than this machine may take to show it
        os.utime(folder / "live.json", (soon, soon))
        assert "No news" not in client.get("/live").words
        then = time.time() - 300
        os.utime(folder / "live.json", (then, then))
        page = client.get("/live")
        assert re.search(r"No news from the recorder for \d+ s\. The numbers below are old\.", page.words)
        assert "S<b>" not in page.text
        assert "S&lt;b&gt;, left leg" in page.text
        with following(client.port) as stream:
            first = stream.until(lambda now: now.named("state"))[0]
            assert first.values["age_s"] >= 299.0
            show(files, replace(STATE, elapsed_s=70.0))
            stream.until(lambda now: len(now.named("state")) > 1)
            assert stream.told[-1].values["age_s"] < 200.0


# --- the stream -----------------------------------------------------------------------------------


def test_each_landing_is_told_once_and_in_its_order(tmp_path: Path) -> None:
    folder, files = written(tmp_path)
    delays_s = []
    with RunLock(folder), dashboard(tmp_path) as client, following(client.port) as stream:
        stream.until(lambda now: now.told)
        for k in range(5):
            files.add_contacts([{"sensor": "S-1", "initial_contact_s": float(k)}])
            at_s = time.monotonic()
            stream.until(lambda now, k=k: len(now.landings()) > k)
            delays_s.append(stream.told[-1].at_s - at_s)
            time.sleep(0.13)  # another place between two looks each time
        assert [one["at_s"] for one in stream.landings()] == [0.0, 1.0, 2.0, 3.0, 4.0]
    print(f"line written to event received: {sorted(delays_s)[2]:.3f} s, at most {max(delays_s):.3f} s")  # noqa: T201


def test_coming_back_gets_only_what_is_new(tmp_path: Path) -> None:
    folder, files = written(tmp_path)
    files.add_contacts([{"sensor": "S-1", "initial_contact_s": 1.0}])
    with RunLock(folder), dashboard(tmp_path) as client:
        with following(client.port) as stream:
            place = stream.until(lambda now: now.named("landings"))[0].place
        files.add_contacts([{"sensor": "S-1", "initial_contact_s": 2.0}])
        with following(client.port, place) as stream:
            stream.until(lambda now: now.named("landings"))
            assert [one["at_s"] for one in stream.landings()] == [2.0]


def test_there_is_room_for_so_many_followers_and_a_place_is_free_again(tmp_path: Path) -> None:
    with dashboard(tmp_path) as client:
        streams = [Stream(client.port) for _ in range(MOST_FOLLOWERS)]
        for one in streams:
            one.until(lambda now: now.told)
        refused = client.ask("GET", "/live/events")
        assert refused.status == 503
        assert "live pages follow the recording already" in refused.text
        assert client.get("/live").status == 200
        streams[0].close()
        until_s = time.monotonic() + PATIENCE_S
        again = Stream(client.port)
        while again.status == 503:
            assert time.monotonic() < until_s
            again.close()
            time.sleep(0.05)
            again = Stream(client.port)
        for one in (*streams, again):
            one.close()


def test_a_quiet_stream_is_kept_open_by_comments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_S", 0.3)
    with dashboard(tmp_path) as client, following(client.port) as stream:
        stream.until(lambda now: now.comments >= 2)
        assert len(stream.told) == 1  # idle was told once


def test_the_guard_holds_for_the_stream(tmp_path: Path) -> None:
    with dashboard(tmp_path, token="secret") as client:
        assert client.ask("GET", "/live/events").status == 403
    with dashboard(tmp_path) as client:
        other = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
        assert client.ask("GET", "/live/events", headers=other).status == 403
        assert client.ask("POST", "/live/events").status == 405


def test_nothing_recorded_says_how_to_begin_and_makes_no_folder(tmp_path: Path) -> None:
    home = tmp_path / "new"
    with dashboard(home) as client:
        page = client.get("/live").words
        assert "Nothing is being recorded" in page
        assert "pfp record --simulate" in page
        with following(client.port) as stream:
            stream.until(lambda now: now.told)
    assert not home.exists()


def test_a_home_that_cannot_be_read_is_told_and_looked_at_again(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "runs").write_text("a file")
    with dashboard(home) as client:
        assert isinstance(client, Client)
        with following(client.port) as stream:
            stream.until(lambda now: phase(now) == "problem")
            (home / "runs").unlink()
            stream.until(lambda now: phase(now) == "idle")


# --- the server as a program ----------------------------------------------------------------------


def test_ctrl_c_ends_the_server_while_a_page_follows(tmp_path: Path) -> None:
    """By itself, in a look; a machine that is too busy for that has some more tries."""
    folder, _files = written(tmp_path)
    with RunLock(folder):
        assert any(ends_by_itself(tmp_path) for _ in range(5))


def ends_by_itself(home: Path) -> bool:
    """End a server by Ctrl-C while it tells news; tell whether the stream ended without being cancelled."""
    with served(home) as (process, port), following(port) as stream:
        stream.until(lambda now: now.told)
        at_s = time.monotonic()
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE_S)
        print(f"ended {time.monotonic() - at_s:.2f} s after Ctrl-C")  # noqa: T201
        assert process.stderr is not None
        said = process.stderr.read()
    assert "Traceback" not in said
    return "exceeded" not in said


def test_a_home_with_a_year_of_runs_is_followed(tmp_path: Path) -> None:
    folder, files = written(tmp_path)
    for number in range(200):
        (tmp_path / "runs" / f"20250101-{number:06d}").mkdir()
    with RunLock(folder), served(tmp_path) as (process, port), following(port) as stream:
        stream.until(lambda now: now.told)
        server = psutil.Process(process.pid)
        spent, at_s = server.cpu_times(), time.monotonic()
        for k in range(6):
            show(files, replace(STATE, elapsed_s=62.0 + k))
            files.add_contacts([{"sensor": "S-1", "initial_contact_s": float(k), "resultant_g": 8.0}])
            stream.until(lambda now, k=k: len(now.landings()) > k)
        stream.until(lambda now: now.named("state")[-1].values["elapsed_s"] == 67.0)
        after, took_s = server.cpu_times(), time.monotonic() - at_s
        assert [one["at_s"] for one in stream.landings()] == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    share = (after.user + after.system - spent.user - spent.system) / took_s
    print(f"the server took {100 * share:.1f} % of a core, with what it does once at its start")  # noqa: T201
