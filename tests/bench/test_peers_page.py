"""The comparison with other packages: figures, parts of a page, and what is said of a package that fails."""

from __future__ import annotations

import numpy as np
import pytest

from bench.pages import with_part, write_part
from bench.peers import measure as measuring
from bench.peers.catalogue import FLOOR, OURS, PEERS, Method, Peer
from bench.peers.figures import own_constant_s, without_constant
from bench.peers.measure import Measured, measure
from bench.peers.section import peers_section
from bench.places import ROOT, SPEED_PAGE
from bench.tables import Section, as_markdown
from bench.targets import Target
from pfp_sensors.model.gait import Bout
from pfp_sensors.model.truth import Truth

TRUE_S = np.arange(100) * 0.75 + 6.0
INSIDE_S = (0.3, 90.0)
PACKAGES = [peer.environment for peer in PEERS]


@pytest.fixture
def truth() -> Truth:
    nothing = np.full(len(TRUE_S), np.nan)
    bouts = (Bout("running", 6.0, 81.0),)
    return Truth(TRUE_S, TRUE_S + 0.26, np.ones(len(TRUE_S), dtype=bool), nothing, nothing, nothing, bouts)


def result(warm_s: float, initial_s: np.ndarray | None) -> dict[str, object]:
    times = None if initial_s is None else initial_s.tolist()
    return {
        "version": "9.8.7", "python": "3.11.0", "first_s": 3.0 * warm_s, "warm_s": [2.0 * warm_s, warm_s],
        "warm_cpu_s": [1.5 * warm_s, warm_s], "initial_s": times, "terminal_s": None,
    }  # fmt: skip


# --- figures --------------------------------------------------------------------------------------


def test_a_late_method_scores_fully_once_its_constant_is_known() -> None:
    found_s = TRUE_S + 0.12 + np.tile([0.004, -0.004], 50)
    events, constant_ms = without_constant(TRUE_S, found_s, INSIDE_S)
    assert constant_ms == pytest.approx(120.0, abs=4.1)
    assert events.f1 == 1.0
    assert np.abs(events.error_ms).max() < 8.1


def test_a_constant_takes_away_no_missed_and_no_false_contact() -> None:
    found_s = np.concatenate((TRUE_S[::2] + 0.12, TRUE_S[::4] + 0.5))
    events, _ = without_constant(TRUE_S, found_s, INSIDE_S)
    assert (events.n_true, events.n_matched, events.n_found) == (100, 50, 75)


def test_contacts_of_another_phase_have_no_constant() -> None:
    assert np.isnan(own_constant_s(TRUE_S, TRUE_S + 0.375))
    events, constant_ms = without_constant(TRUE_S, TRUE_S + 0.375, INSIDE_S)
    assert np.isnan(constant_ms)
    assert events.n_matched == 0


# --- measuring ------------------------------------------------------------------------------------


def test_ratios_compare_the_same_round() -> None:
    slow, fast = (Measured(OURS, OURS.methods[0]) for _ in range(2))
    slow.results = [result(s, None) for s in (2.0, 20.0, 2.2)]
    fast.results = [result(s, None) for s in (1.0, 10.0, 1.0)]
    assert slow.times(fast) == pytest.approx(2.0)
    assert np.isnan(slow.times(Measured(FLOOR, FLOOR.methods[0])))


def test_an_environment_that_was_not_made_gives_its_reason(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(measuring, "ENVIRONMENTS", tmp_path)
    peer = PEERS[0]
    assert "never tried" in str(measuring.why_not(peer))
    home = tmp_path / peer.environment
    home.mkdir()
    (home / "install.log").write_text("Collecting\nERROR: no wheel for this machine\nhint: none\n")
    assert "ERROR: no wheel for this machine" in str(measuring.why_not(peer))
    (home / ".ready").touch()
    assert measuring.why_not(peer) is None


def test_a_package_that_fails_or_is_not_there_stops_no_other(tmp_path, monkeypatch) -> None:
    for name in ("broken", "missing"):
        (tmp_path / name / "bin").mkdir(parents=True)
    python = tmp_path / "broken" / "bin" / "python"
    python.write_text("#!/bin/sh\necho 'ImportError: it is broken' >&2\nexit 3\n")
    python.chmod(0o755)
    (tmp_path / "broken" / ".ready").touch()
    monkeypatch.setattr(measuring, "ENVIRONMENTS", tmp_path)
    method = Method("any", "any", "any.")
    broken = Peer("broken", "broken", "floor_adapter.py", (method,), "", "")
    missing = Peer("missing", "missing", "floor_adapter.py", (method,), "", "")
    hour = tmp_path / "hour.npz"
    noise = np.random.default_rng(1).normal(size=(500, 3)).astype(np.float32)
    np.savez(hour, rate_hz=208.0, acc_g=noise, gyr_dps=noise, run_s=np.array([0.5, 2.0]))
    floor, failed, absent = measure((FLOOR, broken, missing), hour, rounds=1)
    assert "3: ImportError: it is broken" in str(failed.failure)
    assert "never tried" in str(absent.failure)
    assert floor.failure is None
    assert floor.peaks_mb[0] > 10.0
    assert floor.contacts("initial") is None


# --- the page -------------------------------------------------------------------------------------


def test_each_figure_says_how_it_was_made_and_a_failure_says_why(truth) -> None:
    measured = [Measured(peer, method) for peer in (FLOOR, OURS, *PEERS) for method in peer.methods]
    for one in measured:
        if one.peer.name == "mobgap":
            one.failure = "its environment could not be made: no wheel"
            continue
        found_s = None if one.peer is FLOOR else TRUE_S + 0.01
        one.results, one.peaks_mb = [result(1.0, found_s)], [100.0]
    text = as_markdown(peers_section(measured, truth, 1))
    words = " ".join(text.split())
    for peer in PEERS:
        assert f"**{peer.name}**" in words
        assert all(f"*{method.label}*: {method.how}" in words for method in peer.methods)
    assert words.count("its environment could not be made: no wheel") == len(PEERS[1].methods)
    assert "9.8.7" in words
    rows = [line for line in text.splitlines() if line.startswith("| gaitmap, Herzer")]
    assert [cell.strip() for cell in rows[0].split("|")[2:8]] == ["3.00", "1.00", "1.00", "1.0", "1.0", "100"]
    assert "100.0" in rows[1]
    assert "+10.0" in rows[2]
    gone = next(line for line in text.splitlines() if line.startswith("| mobgap, Shin"))
    assert {cell.strip() for cell in gone.split("|")[2:8]} == {"-"}


def test_writing_one_part_leaves_the_others_as_they_stand(tmp_path) -> None:
    page = tmp_path / "speed.md"
    met, missed = Target("a", 1.0, 2.0), Target("b", 3.0, 2.0)
    write_part(page, "Speed", "speed", [Section("S", "first", targets=(met, missed))], "make bench")
    write_part(page, "Speed", "peers", [Section("P", "second")], "make bench-peers")
    before = page.read_text(encoding="utf-8")
    assert "**1 of 2 targets met.**" in before
    write_part(page, "Speed", "peers", [Section("P", "third")], "make bench-peers")
    after = page.read_text(encoding="utf-8")
    assert after == before.replace("second", "third")
    assert after.count("Written by `make bench") == 2
    assert after.startswith("# Speed\n\n<!-- part speed -->\n\nWritten by `make bench` on ")


def test_a_page_without_parts_is_begun_anew() -> None:
    page = with_part("# Old\n\nold words\n", "New", "speed", "new words")
    assert page == "# New\n\n<!-- part speed -->\n\nnew words\n\n<!-- end of part speed -->\n"
    assert with_part(page, "New", "speed", "new words") == page


def test_the_published_page_consists_of_parts() -> None:
    text = SPEED_PAGE.read_text(encoding="utf-8")
    assert with_part(text, "Speed and memory", "speed", "x") != text
    assert "<!-- part speed -->" in text
    assert "<!-- part peers -->" in text


# --- what is installed ----------------------------------------------------------------------------


def test_every_package_of_the_makefile_is_in_the_catalogue() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    listed = next(line for line in makefile.splitlines() if line.startswith("PEERS"))
    assert listed.split(":=")[1].split() == PACKAGES


@pytest.mark.parametrize("package", PACKAGES)
def test_a_lock_holds_what_its_list_asks_for(package: str) -> None:
    wanted = (ROOT / f"requirements/peers-{package}.in").read_text(encoding="utf-8")
    locked = (ROOT / f"requirements/peers-{package}.txt").read_text(encoding="utf-8").replace("_", "-")
    pins = [line.replace("_", "-") for line in wanted.splitlines() if "==" in line and line[0] != "#"]
    assert pins
    assert [pin for pin in pins if f"\n{pin} \\" not in f"\n{locked}"] == []


@pytest.mark.parametrize("peer", [FLOOR, OURS, *PEERS], ids=lambda peer: peer.name)
def test_an_adapter_knows_every_method_of_the_catalogue(peer: Peer) -> None:
    source = (ROOT / "bench" / "peers" / peer.adapter).read_text(encoding="utf-8")
    assert [method.key for method in peer.methods if f'"{method.key}":' not in source] == []
