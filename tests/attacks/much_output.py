"""Two hundred megabytes of output."""

for _ in range(200):
    print("x" * 2**20)


def double(number):
    print("y" * 200 * 2**20)
    return 0
