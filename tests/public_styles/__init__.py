"""Nets and blocks in the styles of public code, written for these tests: exact ones, and popular ones that depart.

A row is (exercise, answer, pattern): `None` for one that has to pass, "remark: …" for one that passes with a remark
that matches, else what the first two lines of the message have to match.
"""
