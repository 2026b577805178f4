"""Which kinds of sensors there are, how one is told by its advertisement, and who drives it."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Final, cast

from pfp_sensors.errors import UsageError
from pfp_sensors.sensors.driver import Wish
from pfp_sensors.sensors.open_profile import SERVICE as OPEN_PROFILE_SERVICE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import ModuleType

    from pfp_sensors.model.heard import SensorTraits
    from pfp_sensors.sensors.driver import Driver

_DRIVERS: Final = {
    "open_profile": "OpenProfileDriver",
    "capture2go": "Capture2GoDriver",
    "movesense": "MovesenseDriver",
    "polar": "PolarDriver",
    "metamotion": "MetaMotionDriver",
    "witmotion": "WitMotionDriver",
}
"""Kind -> class in the module ``<kind>_driver``."""

KINDS: Final = tuple(_DRIVERS)
"""Every kind of sensor that can be recorded live, the one to prefer first."""

_NO_WISH: Final = Wish()


@dataclass(frozen=True, slots=True)
class _Unfit:
    """A sensor that is known and cannot be used: names it goes by, its services, and why not."""

    names: tuple[str, ...]
    services: tuple[str, ...]
    reason: str


_UNFIT: Final = (
    _Unfit(
        ("thingy:53",),
        (),
        "Thingy:53: what it sends is not documented well enough to be read with certainty.",
    ),
    _Unfit(
        ("thingy",),
        ("ef680100-9b35-4933-9b10-52ffa9740042",),
        "Thingy:52: its firmware measures up to 2 g only; landings at the shin reach ten times that.",
    ),
    _Unfit(
        ("polar h10",),
        (),
        "Polar H10: it is worn on the chest and has no gyroscope, so it says nothing about a leg's landings.",
    ),
    _Unfit(
        ("movella dot", "xsens dot"),
        ("15171000-4947-11e9-8646-d663bd873d93",),
        "Movella DOT: it sends 60 samples a second, too few for landing peaks."
        " Record on the sensor itself (120 a second) and import its files.",
    ),
    _Unfit(("puck.js",), (), "Puck.js: it sends about 50 samples a second, too few for landing peaks."),
    _Unfit(("bangle.js",), (), "Bangle.js: it sends about 50 samples a second, too few for landing peaks."),
)
"""Searched in this order: a longer name stands before a shorter one that it begins with."""


def traits_of(kind: str) -> SensorTraits:
    """Return what is known of a kind of sensor.

    Raises
    ------
    UsageError
        If there is no such kind.
    """
    return cast("SensorTraits", _module_of(kind).TRAITS)


def make_driver(kind: str, wish: Wish = _NO_WISH) -> Driver:
    """Return a new driver for one sensor of one recording.

    Raises
    ------
    UsageError
        If there is no such kind.
    """
    return cast("Driver", getattr(_module_of(kind), _DRIVERS[kind])(wish))


def kind_of(name: str | None, service_uuids: Iterable[str]) -> str | None:
    """Tell the kind of a sensor by its advertisement; None for what is unknown or unfit.

    A service decides before a name does. Names matter all the same: some systems pass services on late or not
    at all.
    """
    services = _lower(service_uuids)
    if OPEN_PROFILE_SERVICE in services:
        return "open_profile"  # own firmware may run on any board, whatever that is called
    if _unfit(name, services):
        return None
    for kind in KINDS:
        if not services.isdisjoint(traits_of(kind).service_uuids):
            return kind
    for kind in KINDS:
        if _begins(name, traits_of(kind).name_prefixes):
            return kind
    return None


def refused_kind(name: str | None, service_uuids: Iterable[str]) -> str | None:
    """Say why a sensor that is known cannot be used; None for all others."""
    services = _lower(service_uuids)
    unfit = None if OPEN_PROFILE_SERVICE in services else _unfit(name, services)
    return unfit.reason if unfit else None


def _unfit(name: str | None, services: frozenset[str]) -> _Unfit | None:
    return next(
        (u for u in _UNFIT if _begins(name, u.names) or not services.isdisjoint(u.services)),
        None,
    )


def _begins(name: str | None, prefixes: Iterable[str]) -> bool:
    return bool(name) and str(name).lower().startswith(tuple(prefix.lower() for prefix in prefixes))


def _lower(service_uuids: Iterable[str]) -> frozenset[str]:
    return frozenset(uuid.lower() for uuid in service_uuids)


def _module_of(kind: str) -> ModuleType:
    if kind not in _DRIVERS:
        raise UsageError(f"There is no kind of sensor called {kind!r}.", f"Known are: {', '.join(KINDS)}.")
    return import_module(f"pfp_sensors.sensors.{kind}_driver")
