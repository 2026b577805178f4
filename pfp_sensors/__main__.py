"""``python -m pfp_sensors`` is ``pfp``."""

import sys

from pfp_sensors.cli import main

if __name__ == "__main__":
    sys.exit(main())
