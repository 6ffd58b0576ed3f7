"""A function that never returns."""


def double(number):
    while True:
        number += 1
