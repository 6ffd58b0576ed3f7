"""A cell that ends its process."""

import os

os._exit(0)
