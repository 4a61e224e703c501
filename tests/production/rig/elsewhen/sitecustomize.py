"""First on the path of a process whose clock is to be off by DAYS_OFF days: Python looks for this name at its start.
(libfaketime breaks time.sleep of Python 3.11.)"""

import os
from datetime import UTC, datetime, timedelta

import time_machine

time_machine.travel(datetime.now(UTC) + timedelta(days=float(os.environ["DAYS_OFF"])), tick=True).start()
