"""Submits as many tasks as it is told, and prints the processor seconds that it took."""

import sys
import time

from tasks import nothing

for number in range(int(sys.argv[1])):
    nothing.delay(f"nothing, {number}")
print(time.process_time())
