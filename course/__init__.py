"""A course on convolutional networks: the nets, their arithmetic, and exercises that say why an answer is wrong."""

__version__ = "0.1.0"
