"""Contacts: against the truth of simulated runners, and what cannot be told is NaN."""

from __future__ import annotations

import numpy as np
import pytest
from strategies import (
    SETTINGS,
    as_piece,
    inside,
    matched_error_s,
    outing,
    running_contacts_s,
)

from pfp_sensors.analyse.parts import find_mountings, first_look
from pfp_sensors.gait.contacts import find_contacts, initial_contacts, onset_direction
from pfp_sensors.synth import RunnerSettings, SensorSettings

STRIKES = ("heel", "midfoot", "soft")


@pytest.mark.parametrize("strike", STRIKES)
@pytest.mark.parametrize("speed_mps", [2.2, 2.8, 3.5, 5.0])
@pytest.mark.parametrize("rate_hz", [104.0, 208.0, 800.0])
def test_all_contacts_are_found_and_initial_ones_within_the_bar(
    strike: str, speed_mps: float, rate_hz: float
) -> None:
    runner = RunnerSettings(duration_s=30.0, speed_mps=speed_mps, strike=strike)
    found = outing(runner, SensorSettings(rate_hz=rate_hz, gyro=False))
    initial_s, terminal_s = running_contacts_s(found.analysis)
    true_s = inside(found.true_s, found.recording)
    error_s = matched_error_s(true_s, initial_s)
    assert len(error_s) == len(true_s)
    false = inside(initial_s, found.recording)
    assert len(matched_error_s(found.true_s, false)) == len(false)
    assert np.abs(error_s).mean() <= 0.0035
    off_s = found.truth.terminal_contact_s[found.truth.running]
    off_s = inside(off_s[np.isfinite(off_s)], found.recording)
    assert len(matched_error_s(off_s, terminal_s)) == len(off_s)


@pytest.mark.parametrize("strike", STRIKES)
def test_contact_times_follow_a_contact_that_lasts_longer(strike: str) -> None:
    """Contact time is a trend: its bias may be large, its change must be right."""
    medians = []
    for contact_s in (0.22, 0.26, 0.30):
        runner = RunnerSettings(duration_s=40.0, strike=strike, contact_time_s=contact_s)
        initial_s, terminal_s = running_contacts_s(outing(runner).analysis)
        medians.append(np.nanmedian(terminal_s - initial_s))
    assert np.diff(medians) == pytest.approx([0.04, 0.04], abs=0.012)


def bout(strike: str = "heel") -> tuple:
    found = outing(RunnerSettings(duration_s=30.0, strike=strike))
    parts = first_look(found.recording, SETTINGS)
    (mounting,) = find_mountings(parts, SETTINGS)
    return as_piece(found.recording).acc_g, parts[0].chains[0], mounting.frame


@pytest.mark.parametrize("strike", STRIKES)
def test_a_landing_a_sample_off_gives_the_same_contact(strike: str) -> None:
    """The landing only says where to look; it is good to a sample or two."""
    acc, chain, frame = bout(strike)
    plain, trusted = initial_contacts(acc, 208.0, chain, frame, SETTINGS.initial_contact)
    assert (trusted == 1.0).all()
    for shift in (-1, 1):
        other, _ = initial_contacts(acc, 208.0, chain + shift, frame, SETTINGS.initial_contact)
        np.testing.assert_allclose(other / 208.0, plain / 208.0, atol=0.001)


def test_blocks_of_contacts_give_what_the_whole_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    acc, chain, frame = bout()
    stride_s = np.append(np.diff(chain), 150) / 208.0
    arguments = (acc, 208.0, chain, stride_s, frame, SETTINGS.initial_contact, SETTINGS.terminal_contact)
    whole = find_contacts(*arguments)
    monkeypatch.setattr("pfp_sensors.gait.contacts._BLOCK", 5)
    for one, other in zip(whole, find_contacts(*arguments), strict=True):
        np.testing.assert_allclose(one, other, atol=0.01)


def test_a_contact_cut_off_by_the_end_has_no_foot_off() -> None:
    acc, chain, frame = bout()
    stride_s = np.append(np.diff(chain), 150) / 208.0
    cut = acc[: int(chain[-1]) + 40]
    _, terminal, _ = find_contacts(
        cut, 208.0, chain, stride_s, frame, SETTINGS.initial_contact, SETTINGS.terminal_contact
    )
    assert np.isnan(terminal[-1])
    assert np.isfinite(terminal[:-1]).all()


def test_without_a_rise_the_contact_is_put_before_the_landing_and_not_trusted() -> None:
    acc, chain, frame = bout()
    flat = np.tile(frame.up.astype(np.float32), (len(acc), 1))
    initial, confidence = initial_contacts(flat, 208.0, chain, frame, SETTINGS.initial_contact)
    assert (confidence == 0.5).all()
    lead_ms = 1000.0 * (chain - initial) / 208.0
    np.testing.assert_allclose(lead_ms, SETTINGS.initial_contact.landing_offset_ms, atol=1e-6)


def test_no_landings_give_no_contacts() -> None:
    acc, _, frame = bout()
    none = np.empty(0, dtype=np.int64)
    found = find_contacts(
        acc, 208.0, none, np.empty(0), frame, SETTINGS.initial_contact, SETTINGS.terminal_contact
    )
    assert [len(column) for column in found] == [0, 0, 0]


def test_the_onset_direction_leans_forwards_by_the_angle_of_the_settings() -> None:
    _, _, frame = bout()
    direction = onset_direction(frame, SETTINGS.initial_contact)
    lean = np.degrees(np.arctan2(direction @ frame.forward, direction @ frame.up))
    assert lean == pytest.approx(SETTINGS.initial_contact.forward_lean_deg, abs=1e-3)
    assert direction @ frame.right == pytest.approx(0.0, abs=1e-6)
