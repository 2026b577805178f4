"""First look at a recording: pieces, movement, landings, standing; then how the sensor is turned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pfp_sensors.gait.bouts import Movement, label_movement, refine_regions, running_regions, stride_time_in
from pfp_sensors.gait.frame import Frame, Swing, find_swing, refine_up, running_frame
from pfp_sensors.gait.landings import Sharpness, running_chains
from pfp_sensors.gait.standing import find_standing
from pfp_sensors.gait.strap import turned_at
from pfp_sensors.signal.uniform import Piece, uniform_pieces

if TYPE_CHECKING:
    from pfp_sensors.gait.standing import Standing
    from pfp_sensors.model.recording import FloatArray, Recording
    from pfp_sensors.settings.signal import SignalSettings


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the recording with what the first look found.

    ``chains`` holds the landings of each running bout; ``regions`` the running stretches in grid points
    where the rate is too low for landings; ``second_shock`` one value for each chain.
    """

    piece: Piece
    movement: Movement
    chains: tuple[FloatArray, ...]
    regions: tuple[tuple[int, int], ...]
    standing: tuple[Standing, ...]
    second_shock: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Mounting:
    """How the sensor sits from ``from_s`` on.

    ``frame`` is found from running and times the contacts; ``upright`` is the same with its long axis
    taken from standing, or None when nobody stood; ``bias_dps`` is the gyroscope's reading at rest, or
    its mean while running; ``swing`` what the gyroscope says of running, None if nothing; ``worn`` the
    still stretches in which the sensor was on the leg.
    """

    from_s: float
    frame: Frame
    upright: Frame | None
    bias_dps: FloatArray | None
    swing: Swing | None
    worn: tuple[Standing, ...]


def first_look(recording: Recording, settings: SignalSettings) -> list[Part]:
    """Cut a recording into uniform pieces and find running and standing in each."""
    timed = recording.rate_hz >= settings.rate.landing_min_hz
    parts = []
    for piece in uniform_pieces(recording, settings.gates.longest_hole_s):
        movement = label_movement(piece, settings.bouts)
        regions = running_regions(movement, len(piece))
        standing = tuple(find_standing(piece, movement, settings.alignment))
        if timed:
            chains, second = _chains(piece, movement, regions, settings)
            parts.append(Part(piece, movement, chains, (), standing, second))
        else:
            refined = refine_regions(piece, movement, regions, settings.bouts)
            parts.append(Part(piece, movement, (), tuple(refined), standing, ()))
    return parts


def _chains(
    piece: Piece, movement: Movement, regions: list[tuple[int, int]], settings: SignalSettings
) -> tuple[tuple[FloatArray, ...], tuple[float, ...]]:
    """Find the landings of each running bout, looking a little beyond where running is likely."""
    margin = round(settings.bouts.running_window_s * piece.rate_hz)
    chains: list[FloatArray] = []
    second: list[float] = []
    for k, (a, b) in enumerate(regions):
        before = regions[k - 1][1] if k else 0
        after = regions[k + 1][0] if k + 1 < len(regions) else len(piece)
        start = max(a - margin, (a + before) // 2 if k else 0)
        end = min(b + margin, (b + after) // 2 if k + 1 < len(regions) else len(piece))
        sharp = Sharpness.of(piece.acc_g, piece.rate_hz, start, end, settings.landing)
        landing = sharp.landings(stride_time_in(movement, a, b), settings.landing)
        for chain in running_chains(landing, piece.acc_g, piece.rate_hz, settings.gates, settings.bouts):
            chains.append(chain)
            second.append(sharp.second_shock_share(chain))
    return tuple(chains), tuple(second)


def find_mountings(parts: list[Part], settings: SignalSettings) -> list[Mounting]:
    """Find how the sensor sits: one mounting, or two when the strap gave way once; none without running.

    A strap that slips is looked for within each piece; a sensor put on differently between two pieces
    counts the same.
    """
    chains = [(part.piece, chain) for part in parts for chain in part.chains]
    if not chains:
        return []
    rate_hz = chains[0][0].rate_hz
    at = turned_at([(piece.acc_g, chain) for piece, chain in chains], rate_hz, settings.quality)
    if at is None:
        return [_mounting(-np.inf, np.inf, chains, parts, settings)]
    k, sample = at
    piece, chain = chains[k]
    before = [*chains[:k], (piece, chain[chain <= sample])]
    after = [(piece, chain[chain >= sample]), *chains[k + 1 :]]
    turn_s = float(piece.to_time_s(np.array([sample]))[0])
    return [
        _mounting(-np.inf, turn_s, [c for c in before if len(c[1]) > 1], parts, settings),
        _mounting(turn_s, np.inf, [c for c in after if len(c[1]) > 1], parts, settings),
    ]


def _mounting(
    from_s: float,
    until_s: float,
    chains: list[tuple[Piece, FloatArray]],
    parts: list[Part],
    settings: SignalSettings,
) -> Mounting:
    """Find the shank axes over some running bouts, and refine them by the standing nearest in time."""
    rate_hz = chains[0][0].rate_hz
    whole = [(piece, int(chain[0]), int(chain[-1])) for piece, chain in chains]
    acc = [piece.acc_g[a:b] for piece, a, b in whole]
    rates = [piece.gyr_dps[a:b] for piece, a, b in whole if piece.gyr_dps is not None]
    still = [
        (s, float(part.piece.to_time_s(np.array([s.start]))[0])) for part in parts for s in part.standing
    ]
    bias = next((s.bias_dps for s, _ in still if s.bias_dps is not None), None)
    if bias is None and rates:
        bias = np.concatenate(rates).mean(axis=0, dtype=np.float64)
    swing = None if bias is None else find_swing(rates, bias, settings.alignment)
    landings = [chain - int(chain[0]) for _, chain in chains]
    frame = running_frame(acc, landings, rate_hz, settings.alignment, None if swing is None else swing.axis)
    here = [s for s, at in still if from_s <= at < until_s]
    worn = [(s, refined) for s in here if (refined := refine_up(frame, s.up, settings.alignment))]
    return Mounting(
        from_s, frame, worn[0][1] if worn else None, bias, swing, tuple(standing for standing, _ in worn)
    )
