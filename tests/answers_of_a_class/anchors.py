"""A class's answers to the exercise anchors."""

# ruff: noqa: F811

import itertools
import math

import numpy as np
import tensorflow as tf

from answers_of_a_class import right, wrong


def sides(a, b):
    lt, rb = np.maximum(a[:, None, :2], b[None, :, :2]), np.minimum(a[:, None, 2:], b[None, :, 2:])
    return np.maximum(rb - lt + 1, 0)


def anchor(c, w, h):
    return [c - (w - 1) / 2, c - (h - 1) / 2, c + (w - 1) / 2, c + (h - 1) / 2]


@wrong("anchors", "ratio is width over height", "Width and height are swapped")
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    out = []
    c = (base_size - 1) / 2
    for r in ratios:
        h = round(base_size / math.sqrt(r))
        w = round(h * r)
        for s in scales:
            out.append([c - (w * s - 1) / 2, c - (h * s - 1) / 2, c + (w * s - 1) / 2, c + (h * s - 1) / 2])
    return np.array(out)


@wrong("anchors", "centred on 0", "The anchors lie about the point 0")
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    rows = []
    for ratio, scale in itertools.product(ratios, scales):
        w = np.round(base_size / np.sqrt(ratio))
        h = np.round(w * ratio) * scale
        w = w * scale
        rows.append((-(w - 1) / 2, -(h - 1) / 2, (w - 1) / 2, (h - 1) / 2))
    return np.array(rows)


@wrong("anchors", "scales outside, ratios inside", "The rows are in another order")
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    centre = (base_size - 1) / 2
    rows = []
    for scale in scales:
        for ratio in ratios:
            w = round(base_size / ratio**0.5)
            h = round(w * ratio)
            half = np.array([w * scale - 1, h * scale - 1]) / 2
            rows.append(np.concatenate([centre - half, centre + half]))
    return np.stack(rows)


@wrong("anchors", "not rounded", "The sides are not rounded")
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    c = (base_size - 1) / 2
    r, s = (a.ravel() for a in np.meshgrid(ratios, scales, indexing="ij"))
    w, h = base_size * s / np.sqrt(r), base_size * s * np.sqrt(r)
    return np.stack([c - (w - 1) / 2, c - (h - 1) / 2, c + (w - 1) / 2, c + (h - 1) / 2], axis=1)


@wrong("anchors", "returns centre and size", "You return centre")
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    c = (base_size - 1) / 2
    boxes = []
    for ratio in ratios:
        w = round(math.sqrt(base_size * base_size / ratio))
        h = round(w * ratio)
        boxes += [[c, c, w * scale, h * scale] for scale in scales]
    return np.array(boxes)


@wrong("anchors", "the root forgotten: width = base / ratio", "You divide the width by ratio without the root")
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    c = (base_size - 1) / 2
    rows = []
    for r in ratios:
        w = round(base_size / r)
        rows += [anchor(c, w * s, round(w * r) * s) for s in scales]
    return np.array(rows)


@wrong("anchors", "centred on base_size / 2", "The centre is base_size / 2")
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    rows = []
    for r, s in itertools.product(ratios, scales):
        w = round(base_size / math.sqrt(r))
        rows.append(anchor(base_size / 2, w * s, round(w * r) * s))
    return np.array(rows)


@wrong("anchors", "rounded after scaling", "You round after scaling")
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    c = (base_size - 1) / 2
    rows = []
    for r in ratios:
        for s in scales:
            rows.append(anchor(c, round(base_size * s / math.sqrt(r)), round(base_size * s * math.sqrt(r))))
    return np.array(rows, np.float32)


@wrong("anchors", "height not from the rounded width; scale on width only", None)
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    c = (base_size - 1) / 2
    rows = []
    for r, s in itertools.product(ratios, scales):
        w = round(base_size / math.sqrt(r))
        rows.append(anchor(c, w * s, round(w * r)))
    return np.array(rows)


@right("anchors", "the release's way, step by step")
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    def whctrs(a):
        w, h = a[2] - a[0] + 1, a[3] - a[1] + 1
        return w, h, a[0] + 0.5 * (w - 1), a[1] + 0.5 * (h - 1)

    def mk(ws, hs, x, y):
        ws, hs = ws[:, None], hs[:, None]
        return np.hstack([x - 0.5 * (ws - 1), y - 0.5 * (hs - 1), x + 0.5 * (ws - 1), y + 0.5 * (hs - 1)])

    w, h, x, y = whctrs(np.array([1, 1, base_size, base_size]) - 1)
    ws = np.round(np.sqrt(w * h / np.array(ratios)))
    ratio_anchors = mk(ws, np.round(ws * ratios), x, y)
    out = []
    for a in ratio_anchors:
        w, h, x, y = whctrs(a)
        out.append(mk(w * np.array(scales), h * np.array(scales), x, y))
    return np.vstack(out)


@right("anchors", "list comprehension of tuples")
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    c = base_size / 2 - 0.5
    widths = {r: round((base_size**2 / r) ** 0.5) for r in ratios}
    halves = [((widths[r] * s - 1) / 2, (round(widths[r] * r) * s - 1) / 2) for r in ratios for s in scales]
    return [(c - x, c - y, c + x, c + y) for x, y in halves]


@right("anchors", "tensor product in tf")
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    ratios, scales = tf.constant(ratios, tf.float32), tf.constant(scales, tf.float32)
    w = tf.round(base_size / tf.sqrt(ratios))
    sides = tf.stack([w, tf.round(w * ratios)], -1)[:, None] * scales[None, :, None] - 1
    flat, c = tf.reshape(sides, (-1, 2)) / 2, (base_size - 1) / 2
    return tf.concat([c - flat, c + flat], axis=1)


@wrong("anchors", "rounds a half up", "A half is rounded up with you")
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    rows, middle = [], (base_size - 1) / 2
    for ratio in ratios:
        width = int(base_size / np.sqrt(ratio) + 0.5)
        height = int(width * ratio + 0.5)
        for scale in scales:
            x, y = (width * scale - 1) / 2, (height * scale - 1) / 2
            rows.append((middle - x, middle - y, middle + x, middle + y))
    return np.array(rows)


@wrong("anchors", "rounds the width alone", "Your height is not rounded, only the width is")
def anchors(base_size=16, ratios=(0.5, 1, 2), scales=(8, 16, 32)):
    middle, rows = (base_size - 1) / 2, []
    for ratio, scale in itertools.product(ratios, scales):
        width = np.round(base_size / np.sqrt(ratio))
        x, y = (width * scale - 1) / 2, (width * ratio * scale - 1) / 2
        rows.append((middle - x, middle - y, middle + x, middle + y))
    return np.array(rows)
