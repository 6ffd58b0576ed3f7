"""Nets and blocks as people write them: right ones in several styles, and wrong ones with what must be said of them."""
