"""A call to another machine, or to another service of this one."""

import socket


def double(number):
    with socket.create_connection(("127.0.0.1", int("@PORT@")), timeout=2):
        return 2 * number
