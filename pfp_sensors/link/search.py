"""Finding one sensor among all that is heard."""

from __future__ import annotations

from asyncio import Event
from enum import IntEnum
from typing import TYPE_CHECKING

from pfp_sensors.errors import SensorError
from pfp_sensors.link.adapter import strongest_first

if TYPE_CHECKING:
    from collections.abc import Callable

    from pfp_sensors.link.adapter import Adapter, Advert
    from pfp_sensors.link.identity import Identity

MAX_NAMED = 8


class Likeness(IntEnum):
    """How sure it is that an advertisement is a wanted sensor's."""

    NO = 0
    PERHAPS = 1
    SURE = 2


class NotThisSensorError(SensorError):
    """Another sensor answered than the one that is wanted."""


class Search:
    """Looks for one sensor: by what was chosen until it is met, then by its address or name.

    A name only counts where the serial number can tell afterwards whether it is the same sensor.

    Parameters
    ----------
    number
        The number of the link: sensors taken by another one are passed over.
    choose
        Tells how surely an advertisement is the wanted sensor's; a plain True is as good as ``SURE``.
    looking_for
        What is looked for, in words.
    serial
        Serial number that the sensor must have; None for the one that it has when first met.
    """

    def __init__(
        self,
        adapter: Adapter,
        number: int,
        choose: Callable[[Advert], Likeness | bool],
        looking_for: str,
        serial: str | None,
    ) -> None:
        self.looking_for = looking_for
        self.serial = serial
        self.met: Identity | None = None
        self._adapter = adapter
        self._number = number
        self._choose = choose
        self._heard: dict[str, Advert] = {}
        self._others: set[str] = set()

    async def once(self, seconds: float, cut: Event) -> Advert | None:
        """Scan for so long at most; return the sensor's advertisement, or None. The caller holds the lock."""
        found, best = Event(), None

        def hear(advert: Advert) -> None:
            nonlocal best
            self._heard[advert.address] = advert
            match self._likeness(advert):
                case Likeness.SURE:
                    best = advert
                    found.set()
                case Likeness.PERHAPS if best is None:
                    best = advert

        await self._adapter.listen(seconds, hear, (found, cut))
        return best

    def _likeness(self, advert: Advert) -> Likeness:
        if self._adapter.taken.get(advert.address, self._number) != self._number:
            return Likeness.NO
        if advert.address in self._others:
            return Likeness.NO
        if self.met is None:
            return self._likeness_unmet(advert)
        if advert.address == self.met.address:
            return Likeness.SURE
        same_name = advert.name is not None and advert.name == self.met.name
        return Likeness.PERHAPS if same_name and self.serial else Likeness.NO

    def _likeness_unmet(self, advert: Advert) -> Likeness:
        said = self._choose(advert)
        likeness = Likeness.SURE if said is True else Likeness(said)
        # Without a name yet, the rest of the advertisement may still come.
        return likeness if advert.name else min(likeness, Likeness.PERHAPS)

    def check(self, identity: Identity) -> None:
        """Make sure that a connected sensor is the wanted one, and remember it.

        Raises
        ------
        NotThisSensorError
            If it has another serial number; it is passed over from then on.
        """
        if self.serial is not None and identity.serial != self.serial:
            self._others.add(identity.address)
            self._adapter.taken.pop(identity.address, None)
            says = f"serial number {identity.serial}" if identity.serial else "no serial number"
            raise NotThisSensorError(
                f"{identity.name or identity.address} says {says}, wanted is {self.serial}.",
                "Switch on the sensor with that number, or take it out of reach of the other one.",
            )
        self.serial = identity.serial
        self.met = identity

    def absent(self) -> SensorError:
        """Return the error for a sensor that was not found."""
        heard = strongest_first(self._heard.values())
        named = [f"{a.name or 'without a name'} ({a.address}, {a.rssi_dbm} dBm)" for a in heard[:MAX_NAMED]]
        rest = f" and {len(heard) - MAX_NAMED} more" if len(heard) > MAX_NAMED else ""
        in_range = (
            f"in range: {', '.join(named)}{rest}" if named else "no Bluetooth device at all is in range"
        )
        return SensorError(
            f"{self.looking_for} was not found; {in_range}.",
            "Switch it on, charge it, bring it within a metre, and make sure that no phone or other program "
            "is connected to it; `pfp scan` shows what is in range.",
        )
