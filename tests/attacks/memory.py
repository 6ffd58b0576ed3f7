"""Eight gigabytes."""


def double(number):
    kept = [bytearray(2**30) for _ in range(8)]
    return 2 * number if len(kept) == 8 else 0
