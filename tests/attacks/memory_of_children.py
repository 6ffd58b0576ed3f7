"""Eight gigabytes, one for each of eight processes."""

import os
import time


def double(number):
    for _ in range(8):
        if os.fork() == 0:
            kept = bytearray(2**30)
            kept[::4096] = b"x" * len(kept[::4096])
            time.sleep(600)
    time.sleep(600)
    return 2 * number
