"""Settings: what ships is consistent, what a person writes is checked."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import get_type_hints

import pytest

from pfp_sensors.errors import PfpError, SettingsError
from pfp_sensors.settings import (
    ImportSettings,
    RecordSettings,
    SignalSettings,
    config_file,
    load_import_settings,
    load_signal_settings,
    locate,
    parameters_sha256,
    recordings_folder,
)
from pfp_sensors.settings.document import settings_markdown
from pfp_sensors.settings.entries import CERTAINTIES, read_entries
from pfp_sensors.settings.load import SECTIONS
from pfp_sensors.settings.load_rules import LoadSettings
from pfp_sensors.settings.pairs import BELOW, NOT_ABOVE, check_pairs
from pfp_sensors.settings.web import WebSettings

ROOT = Path(__file__).resolve().parents[2]
KINDS = {
    "signal": SignalSettings,
    "import": ImportSettings,
    "record": RecordSettings,
    "load": LoadSettings,
    "web": WebSettings,
}


def field_types(prefix: str, kind: type) -> dict[str, type]:
    found: dict[str, type] = {}
    for name, hint in get_type_hints(kind).items():
        key = f"{prefix}.{name}"
        found |= field_types(key, hint) if is_dataclass(hint) else {key: hint}
    return found


@pytest.mark.parametrize("section", SECTIONS)
def test_fields_and_file_hold_the_same_keys(section: str) -> None:
    types = field_types(section, KINDS[section])
    assert list(types) == list(read_entries(section))
    assert set(types.values()) <= {int, float}


@pytest.mark.parametrize(
    ("key", "kind"),
    [item for section in SECTIONS for item in field_types(section, KINDS[section]).items()],
)
def test_every_number_is_documented_and_within_its_range(key: str, kind: type) -> None:
    entry = read_entries(key.split(".", maxsplit=1)[0])[key]
    assert entry.min <= entry.value <= entry.max
    assert entry.min < entry.max
    assert entry.certainty in CERTAINTIES
    assert entry.unit
    assert len(entry.source) > 5
    assert "|" not in entry.source.replace("|a|", "")
    assert type(entry.value) is kind, "write a whole number without, any other with a point"


def test_document_is_current() -> None:
    assert (ROOT / "docs/settings.md").read_text(encoding="utf-8") == settings_markdown()


def test_defaults_load_typed() -> None:
    settings = load_signal_settings()
    assert settings.bouts.running_min_mean_g == 1.6
    assert isinstance(settings.bouts.min_strides, int)
    assert load_import_settings().max_bytes == 4_000_000_000


@pytest.mark.parametrize(
    "text",
    ["[signal.bouts]\nrunning_min_mean_g = 1.55", "signal.bouts.running_min_mean_g = 1.55"],
)
def test_override_changes_one_number(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text + "\n[import]\nmax_bytes = 5000\n")
    default, mine = load_signal_settings(), load_signal_settings(file)
    assert mine == replace(default, bouts=replace(default.bouts, running_min_mean_g=1.55))
    assert load_import_settings(file).max_bytes == 5000


def test_whole_number_for_a_decimal_is_the_same_setting(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("[signal.initial_contact]\nlowpass_hz = 15\ninterpolation = 8.0\n")
    mine = load_signal_settings(file)
    assert isinstance(mine.initial_contact.lowpass_hz, float)
    assert isinstance(mine.initial_contact.interpolation, int)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "signal.bouts.running_min_mean_gg = 1.5",
            ["no setting `signal.bouts.running_min_mean_gg`", "`signal.bouts.running_min_mean_g`?"],
        ),
        ("signal.bout.window_s = 5", ["`signal.bouts.window_s`?"]),
        ("signal.landing.window_s = 5", ["`signal.bouts.window_s`?"]),
        ("bouts.window_s = 5", ["no setting `bouts.window_s`", "`signal.bouts.window_s`?"]),
        ("zebra = 5", ["no setting `zebra`", "docs/settings.md"]),
        ("signal.bouts = 5", ["no setting `signal.bouts`"]),
        ("signal.bouts.window_s.value = 5.0", ["no setting `signal.bouts.window_s.value`"]),
        ("signal.bouts.window_s = 50", ["50, out of range", "2 to 20 s", "default: 5 s"]),
        ('signal.bouts.window_s = "5"', ['"5", not a number']),
        ("signal.bouts.window_s = true", ["true, not a number"]),
        ("signal.bouts.window_s = nan", ["nan, not a number", "2 to 20 s"]),
        ("signal.bouts.window_s = inf", ["inf, not a number"]),
        ("signal.bouts.window_s = [5]", ["[5], not a number"]),
        ("signal.bouts.window_s = 2026-01-01", ["2026-01-01, not a number"]),
        ("signal.bouts.min_strides = 4.5", ["4.5, not a whole number"]),
        (f"signal.bouts.window_s = 1{'0' * 400}", ["0..., out of range", "2 to 20 s"]),
        (f"signal.bouts.min_strides = -1{'0' * 400}", ["0..., out of range", "2 to 20"]),
        (f"signal.bouts.window_s = 1{'0' * 5000}", ["not valid TOML"]),
        (f"signal.bouts.window_s = {'[' * 5000}", ["not valid TOML"]),
        ("\nsignal.bouts.window_s = = 5", ["not valid TOML", "line 2"]),
        ("signal.bouts.window_s = 5\nsignal.bouts.window_s = 6\n", ["not valid TOML", "line 2"]),
    ],
)
def test_wrong_override_is_named(tmp_path: Path, text: str, expected: list[str]) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(SettingsError) as caught:
        load_signal_settings(file)
    assert str(file) in caught.value.message
    assert caught.value.what_to_do
    for words in expected:
        assert words in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(("low", "high"), BELOW + NOT_ABOVE)
def test_contradicting_numbers_are_named(tmp_path: Path, low: str, high: str) -> None:
    values = {key: entry.value for key, entry in read_entries(low.split(".", maxsplit=1)[0]).items()}
    file = tmp_path / "mine.toml"
    check_pairs(file, values)
    check_pairs(file, values | {low: values[high] - 1e-3})
    too_high = values[high] + (0.0 if (low, high) in BELOW else 1e-3)
    with pytest.raises(SettingsError) as caught:
        check_pairs(file, values | {low: too_high})
    for words in (str(file), f"{low} is {too_high:g}", f"{high} is {values[high]:g}"):
        assert words in caught.value.message
    assert caught.value.what_to_do


def test_an_override_may_not_contradict_a_default(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("signal.bouts.running_min_mean_g = 1.4")
    with pytest.raises(
        SettingsError, match=r"running_stay_mean_g is 1\.5 .*running_min_mean_g is 1\.4; .*not exceed"
    ):
        load_signal_settings(file)
    file.write_text("signal.bouts.running_min_mean_g = 1.4\nsignal.bouts.running_stay_mean_g = 1.4")
    assert load_signal_settings(file).bouts.running_stay_mean_g == 1.4


def test_settings_file_must_be_readable_text(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_signal_settings(tmp_path / "missing.toml")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_signal_settings(tmp_path)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"a = '\xff'")
    with pytest.raises(SettingsError, match="not text in UTF-8"):
        load_signal_settings(binary)


def test_hash_tells_settings_apart(tmp_path: Path) -> None:
    settings = load_signal_settings()
    digest = parameters_sha256(settings)
    assert len(digest) == 64
    assert digest == parameters_sha256(load_signal_settings())
    for table in fields(settings):
        values = getattr(settings, table.name)
        for number in fields(values):
            changed = replace(values, **{number.name: math.pi})
            assert parameters_sha256(replace(settings, **{table.name: changed})) != digest


def test_shipped_files_are_found_in_a_wheel_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert config_file("signal.toml") == ROOT / "config/signal.toml"
    assert recordings_folder() == ROOT / "recordings"
    package = tmp_path / "pfp_sensors"
    (package / "_config").mkdir(parents=True)
    (package / "_config/signal.toml").touch()
    monkeypatch.setattr(locate, "_PACKAGE", package)
    assert config_file("signal.toml") == package / "_config/signal.toml"
    with pytest.raises(PfpError, match="incomplete"):
        config_file("other.toml")
    with pytest.raises(PfpError, match="incomplete"):
        recordings_folder()
