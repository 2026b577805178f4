#!/usr/bin/env bash
# Makes the sample recordings again. Every one is SYNTHETIC: computed by `pfp simulate`, nobody ran.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
pfp=${PFP:-pfp}
$pfp simulate easy_run --force --plan still=6,running=90,walking=20,running=60 --seed 1
$pfp simulate hard_landings_accelerometer_only --force --plan still=6,running=60 --no-gyro --upside-down \
  --impact-g 13 --speed-mps 3.4 --range-g 16 --seed 2
$pfp simulate two_legs --force --plan still=6,running=60 --two-legs --impact-asymmetry-pct 20 --seed 3
