"""Which sensors to record from: those named, or the only one in reach."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pfp_sensors.errors import SensorError, UsageError
from pfp_sensors.link.search import Likeness

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pfp_sensors.link.adapter import Adapter, Advert

_ROUND_S = 2.0
_WHICH = "Name it: `pfp record --sensor NAME`; give --sensor twice for one on each leg."
_BY_ADDRESS = "Give the address or the serial number instead of the name; `pfp scan` lists both."


@dataclass(frozen=True, slots=True)
class ChosenSensor:
    """A sensor in reach that this program can read.

    Attributes
    ----------
    name, address, kind
        As advertised, and which decoder fits.
    serial
        Given by the person who chose it so; None where name or address was given.
    """

    name: str
    address: str
    kind: str
    serial: str | None = None

    def is_it(self, advert: Advert) -> Likeness:
        """Tell whether an advertisement is this sensor's.

        The address is sure. The name alone counts only where a serial number was given, which decides once
        the sensor is connected: two sensors may have one name.
        """
        if advert.address == self.address:
            return Likeness.SURE
        same_name = bool(advert.name) and advert.name == self.name
        return Likeness.PERHAPS if same_name and self.serial else Likeness.NO


async def choose_sensors(
    adapter: Adapter,
    wanted: Sequence[str],
    patience_s: float,
    *,
    many: int = 1,
    tell: Callable[[str], None] = lambda _text: None,
) -> tuple[ChosenSensor, ...]:
    """Scan until every wanted sensor is heard.

    Parameters
    ----------
    adapter
        Where to scan.
    wanted
        Name, address or serial of each sensor; empty for whatever is in reach, if that is ``many``.
    patience_s
        How long to look.
    many
        How many sensors are meant where none is named.
    tell
        Given one line for people where it takes a while.

    Raises
    ------
    SensorError
        If one was not heard in time, or cannot be read; says what was heard.
    UsageError
        If none was named and more than ``many`` are in reach, two have the name that was given, or two of
        the wanted ones are the same sensor.
    """
    from pfp_sensors.sensors.registry import kind_of

    clock = adapter.clock
    end_s = clock.limit_ends_s(patience_s)
    heard: dict[str, Advert] = {}
    told = False
    all_named = asyncio.Event()

    def hear(advert: Advert) -> None:
        heard[advert.address] = advert
        # A name is waited for to the end of the round: a second sensor may have it too.
        known = [one for one in heard.values() if kind_of(one.name, one.service_uuids)]
        if wanted and all(any(_is_at(want, one) for one in known) for want in wanted):
            all_named.set()

    while True:
        async with adapter.lock:
            await adapter.listen(min(_ROUND_S, patience_s), hear, (all_named,))
        found = await _match(adapter, wanted, list(heard.values()), many)
        if found is not None:
            return found
        if clock.mono_s() >= end_s:
            raise _not_found(wanted, list(heard.values()), patience_s)
        if not told:
            what = " and ".join(wanted) or "a sensor"
            tell(f"Looking for {what}, for up to {patience_s:g} s: switch it on and keep it near.")
            told = True


async def _match(
    adapter: Adapter, wanted: Sequence[str], heard: Sequence[Advert], many: int
) -> tuple[ChosenSensor, ...] | None:
    """Return the sensors meant, or None while one is missing."""
    from pfp_sensors.sensors.registry import kind_of

    known = [advert for advert in heard if kind_of(advert.name, advert.service_uuids)]
    if not wanted:
        if len(known) > many:
            raise UsageError(f"{len(known)} sensors are in reach ({_names(known)}); which is meant?", _WHICH)
        known.sort(key=lambda advert: advert.address)
        return tuple(_chosen(advert) for advert in known) if len(known) == many else None
    chosen = [_by_name(want, heard) for want in wanted]
    if None in chosen:
        chosen = await _by_serial(adapter, wanted, chosen, known)
    complete = [sensor for sensor in chosen if sensor is not None]
    if len({sensor.address for sensor in complete}) < len(complete):
        raise UsageError(f"{' and '.join(wanted)} are one and the same sensor.", "Name another one.")
    return tuple(complete) if len(complete) == len(chosen) else None


def _by_name(want: str, heard: Sequence[Advert]) -> ChosenSensor | None:
    from pfp_sensors.sensors.registry import kind_of

    at = [advert for advert in heard if _is_at(want, advert)]
    named = at or [advert for advert in heard if want == advert.name]
    usable = [advert for advert in named if kind_of(advert.name, advert.service_uuids)]
    if len(usable) > 1:
        raise UsageError(
            f"{len(usable)} sensors named {want} are in reach ({_names(usable)}); which is meant?",
            _BY_ADDRESS,
        )
    return next((_chosen(advert) for advert in usable or named), None)


def _is_at(want: str, advert: Advert) -> bool:
    return want.lower() == advert.address.lower()


def _names(adverts: Sequence[Advert]) -> str:
    """List names; with addresses where two are the same."""
    names = sorted(_called(advert) for advert in adverts)
    if len(set(names)) < len(names):
        names = sorted(f"{_called(advert)} at {advert.address}" for advert in adverts)
    return ", ".join(names)


async def _by_serial(
    adapter: Adapter,
    wanted: Sequence[str],
    chosen: Sequence[ChosenSensor | None],
    known: Sequence[Advert],
) -> list[ChosenSensor | None]:
    """Ask the sensors that nobody named for their serial numbers: those stand in no advertisement."""
    from pfp_sensors.link.identity import identify

    taken = {sensor.address for sensor in chosen if sensor is not None}
    serials: dict[str, Advert] = {}
    for advert in known:
        if advert.address in taken:
            continue
        try:
            identity = await identify(adapter, advert)
        except SensorError:  # one that cannot be asked now is not the one, this round
            continue
        if identity.serial:
            serials[identity.serial] = advert
    return [
        _chosen(serials[want], serial=want) if sensor is None and want in serials else sensor
        for want, sensor in zip(wanted, chosen, strict=True)
    ]


def _chosen(advert: Advert, serial: str | None = None) -> ChosenSensor:
    from pfp_sensors.sensors.registry import kind_of, refused_kind

    kind = kind_of(advert.name, advert.service_uuids)
    if kind is None:
        reason = refused_kind(advert.name, advert.service_uuids)
        raise SensorError(
            f"{_called(advert)} is in reach, but cannot be used. {reason or 'It is no sensor known here.'}",
            "`pfp scan` lists the sensors in reach that can be used.",
        )
    return ChosenSensor(_called(advert), advert.address, kind, serial)


def _called(advert: Advert) -> str:
    return advert.name or advert.address


def _not_found(wanted: Sequence[str], heard: Sequence[Advert], patience_s: float) -> SensorError:
    names = sorted({advert.name for advert in heard if advert.name})
    others = f"In reach: {', '.join(names[:8])}." if names else "Nothing with a name is in reach."
    return SensorError(
        f"{' and '.join(wanted) or 'A sensor'} was not found within {patience_s:g} s. {others}",
        "Switch the sensor on, bring it near, disconnect it from other phones and computers, and try again; "
        "`pfp doctor` checks Bluetooth here.",
    )
