"""A function that leaves Python."""

import sys


def double(number):
    sys.exit(0)
