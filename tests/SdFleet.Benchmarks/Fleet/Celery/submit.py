"""Submits as many tasks as it is told."""

import sys

from tasks import nothing

for number in range(int(sys.argv[1])):
    nothing.delay(f"nothing, {number}")
