"""Simulated runners with truth: physically consistent shank signals, and the sensor that measures them.

The public names are those below. Importing this room loads numpy, not scipy.
"""

from pfp_sensors.synth.run import simulate_run, simulate_two_legs
from pfp_sensors.synth.settings import PlanPart, RunnerSettings, SensorSettings

__all__ = ["PlanPart", "RunnerSettings", "SensorSettings", "simulate_run", "simulate_two_legs"]
