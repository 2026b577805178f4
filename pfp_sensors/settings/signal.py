"""The numbers of the signal chain as typed fields. Values, ranges, sources: ``config/signal.toml``.

To add one: a line in the TOML table and a field of the same name here (a test compares both).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateSettings:
    """What each sampling rate and range can carry."""

    impact_min_hz: float
    contact_min_hz: float
    contact_tolerance_share: float
    landing_min_hz: float
    cadence_min_hz: float
    spectral_min_hz: float
    range_min_g: float


@dataclass(frozen=True, slots=True)
class BoutsSettings:
    """Running, walking, still."""

    window_s: float
    running_window_s: float
    still_window_s: float
    step_s: float
    still_max_sd_g: float
    running_min_mean_g: float
    slow_rhythm_s: float
    slow_rhythm_min_mean_g: float
    running_stay_mean_g: float
    running_min_autocorrelation: float
    stride_min_mean_g: float
    stride_min_level_share: float
    walking_min_autocorrelation: float
    walking_max_mean_g: float
    running_min_period_s: float
    running_max_period_s: float
    walking_min_period_s: float
    walking_max_period_s: float
    period_lowpass_hz: float
    period_peak_share: float
    min_strides: int
    short_bout_s: float


@dataclass(frozen=True, slots=True)
class LandingSettings:
    """Where each landing is sharpest."""

    highpass_hz: float
    envelope_lowpass_hz: float
    min_distance_share: float
    min_height_share: float


@dataclass(frozen=True, slots=True)
class InitialContactSettings:
    """Onset of the upward acceleration."""

    lowpass_hz: float
    forward_lean_deg: float
    interpolation: int
    minimum_search_ms: float
    steepest_from_ms: float
    steepest_to_ms: float
    first_rise_share: float
    min_half_rise_g: float
    max_lead_ms: float
    max_lag_ms: float
    min_trusted: int
    offset_ms: float
    max_disagreement_ms: float
    landing_offset_ms: float


@dataclass(frozen=True, slots=True)
class TerminalContactSettings:
    """Foot off, from two readings of the fading push."""

    search_from_share: float
    search_to_share: float
    stance_from_share: float
    dip_lowpass_hz: float
    dip_min_fall_share: float
    dip_min_rise_share: float
    dip_lag_ms: float
    fade_lean_deg: float
    fade_lowpass_hz: float
    fade_share: float
    longest_fall_ms: float
    slow_fall_ms: float
    lag_per_swiftness: float


@dataclass(frozen=True, slots=True)
class GyroCheckSettings:
    """Swing against landings."""

    lowpass_hz: float
    min_swing_dps: float
    min_swing_share: float
    max_disagreement_ms: float
    max_count_mismatch: float


@dataclass(frozen=True, slots=True)
class GatesSettings:
    """What a stride of running may be."""

    min_stride_s: float
    max_stride_s: float
    longest_hole_s: float
    max_bridge_s: float
    min_contact_ms: float
    max_contact_ms: float
    max_contact_share: float
    min_swing_ms: float
    max_swing_ms: float
    max_missing_ms: float
    max_interpolated_ms: float
    guard_before_ms: float
    guard_after_ms: float


@dataclass(frozen=True, slots=True)
class ImpactSettings:
    """Landing peaks."""

    lowpass_hz: float
    lowpass_rate_share: float
    window_ms: float
    swing_guard_ms: float
    min_prominence_g: float
    max_swing_overlap_share: float


@dataclass(frozen=True, slots=True)
class QualitySettings:
    """Grades, cautions and refusals."""

    baseline_min_steps: int
    min_coverage: float
    good_coverage: float
    clip_level_share: float
    max_clipped_share: float
    min_contact_strides: int
    cadence_window_s: float
    equal_landing_share: float
    cadence_agreement_share: float
    loose_strap_share: float
    strap_turn_deg: float
    standing_tilt_deg: float
    gravity_tolerance_g: float
    max_gyro_clipped_share: float
    max_gyro_bias_dps: float


@dataclass(frozen=True, slots=True)
class AlignmentSettings:
    """From sensor axes to shank axes."""

    standing_min_s: float
    standing_max_sd_g: float
    standing_max_rate_dps: float
    min_rate_dps: float
    good_variance_share: float
    min_orthogonal_length: float
    slow_lowpass_hz: float
    vote_lowpass_hz: float
    min_vote: float
    vote_from_share: float
    vote_to_share: float
    min_swing_agreement: float
    mean_tilt_deg: float
    standing_max_angle_deg: float
    min_planar_share: float


@dataclass(frozen=True, slots=True)
class StrideLengthSettings:
    """Stride length and speed."""

    sensor_height_m: float
    stance_share: float
    contact_share: float
    min_speed_mps: float
    max_speed_mps: float
    max_speed_difference: float


@dataclass(frozen=True, slots=True)
class TrendSettings:
    """Landing impact from start to end of a run."""

    detectable_change_g: float
    skip_s: float
    segment_strides: int
    min_segments: int
    max_speed_cv: float


@dataclass(frozen=True, slots=True)
class JoiningSettings:
    """When a watch's run has found its place on a recording."""

    max_clock_error_s: float
    min_common_s: float
    changes_within_s: float
    min_score: float
    min_correlation: float
    min_fine_correlation: float
    max_elsewhere: float
    max_residual_spm: float
    max_difference_spm: float
    max_error_s: float


@dataclass(frozen=True, slots=True)
class OnlineSettings:
    """Contacts while they happen."""

    highpass_ahead_ms: float
    envelope_ahead_ms: float
    latency_ms: float
    max_latency_ms: float
    min_height_share: float
    early_share: float
    early_height_share: float
    due_early_share: float
    due_late_share: float
    start_stride_s: float
    known_strides: int
    memory_strides: int
    level_window_s: float
    start_window_s: float
    start_mean_g: float
    axes_strides: int


@dataclass(frozen=True, slots=True)
class SignalSettings:
    """All of ``config/signal.toml``, one field for each table."""

    rate: RateSettings
    bouts: BoutsSettings
    landing: LandingSettings
    initial_contact: InitialContactSettings
    terminal_contact: TerminalContactSettings
    gyro_check: GyroCheckSettings
    gates: GatesSettings
    impact: ImpactSettings
    quality: QualitySettings
    alignment: AlignmentSettings
    stride_length: StrideLengthSettings
    trend: TrendSettings
    joining: JoiningSettings
    online: OnlineSettings
