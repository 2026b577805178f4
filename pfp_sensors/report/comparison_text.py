"""A comparison (``pfp.comparison/1``) as plain text."""

from __future__ import annotations

from typing import Any

from pfp_sensors.report import words

_QUANTITIES = {
    "cadence_spm": ("Cadence, steps/min", 1, 1.0),
    "stride_time_s": ("Stride time, ms", 1, 1e3),
    "contact_time_s": ("Time on ground, ms", 1, 1e3),
    "stride_length_m": ("Stride length, m", 3, 1.0),
    "speed_mps": ("Speed, m/s", 2, 1.0),
    "resultant_g": ("Landing impact, g", 2, 1.0),
    "axial_g": ("  along the shin, g", 2, 1.0),
}

_EVENTS = {"initial_contact_ms": "Foot on", "terminal_contact_ms": "Foot off"}


def comparison_text(document: dict[str, Any]) -> str:
    """Write what agrees and by how much; every difference is B minus A."""
    computed = [name.upper() for name in ("a", "b") if document[name]["synthetic"]]
    parts = [words.paragraph(words.SYNTHETIC_OF.format(" and ".join(computed)))] if computed else []
    parts.append(f"A  {document['a']['path']}\nB  {document['b']['path']}")
    parts.extend(_pair(pair) for pair in document["pairs"])
    if document["notes"]:
        parts.append("\n".join(words.paragraph(note, "- ", "  ") for note in document["notes"]))
    parts.append("Differences are B minus A.\n" + words.paragraph(words.NOT_KNEE_LOAD))
    return "\n\n".join(parts) + "\n"


def _pair(pair: dict[str, Any]) -> str:
    lines = [f"A: {_leg(pair['a'])}   B: {_leg(pair['b'])}", ""]
    contacts = pair["contacts"]
    if contacts is None:
        lines.append(words.paragraph(f"Contacts were not matched: {pair['not_matched_because']}"))
    else:
        lines.append(
            f"Contacts: {contacts['matched']} matched within {pair['tolerance_ms']:.0f} ms, "
            f"{contacts['only_a']} only in A, {contacts['only_b']} only in B"
        )
        lines += ["", f"{'':18}{'n':>7}{'bias':>9}{'mean abs':>10}{'SD':>8}{'95 % limits':>20}   (ms)"]
        lines += [_agreement(name, pair[key]) for key, name in _EVENTS.items()]
    lines += ["", f"{'medians':<22}{'A':>10}{'B':>10}{'B - A':>10}"]
    lines += [_median(key, values) for key, values in pair["medians"].items()]
    return "\n".join(lines)


def _leg(side: str | None) -> str:
    return "side unknown" if side is None else f"{side} leg"


def _agreement(name: str, values: dict[str, Any]) -> str:
    if not values["n"]:
        return f"{name:<18}{0:>7}   nothing to compare"
    limits = f"{_signed(values['limit_low'], 1)} to {_signed(values['limit_high'], 1)}"
    bias, mae, sd = _signed(values["bias"], 1), _plain(values["mae"], 1), _plain(values["sd"], 1)
    return f"{name:<18}{values['n']:>7}{bias:>9}{mae:>10}{sd:>8}{limits:>20}"


def _median(key: str, values: dict[str, Any]) -> str:
    name, decimals, factor = _QUANTITIES.get(key, (key, 3, 1.0))
    a, b = (_plain(values[x], decimals, factor) for x in ("a", "b"))
    difference = _signed(values["difference"], decimals, factor)
    return f"{name:<22}{a:>10}{b:>10}{difference:>10}"


def _plain(value: float | None, decimals: int, factor: float = 1.0) -> str:
    return "-" if value is None else f"{value * factor:.{decimals}f}"


def _signed(value: float | None, decimals: int, factor: float = 1.0) -> str:
    return "-" if value is None else f"{value * factor:+.{decimals}f}"
