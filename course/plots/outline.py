"""A net's graph made short enough to draw: small layers folded into larger, equal blocks in a row drawn once."""

from dataclasses import dataclass, replace
from itertools import takewhile

# What keeps the shape, and is written behind the layer that it follows.
FOLDED = {
    *("BatchNormalization", "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "Softmax", "Dropout"),
    *("SpatialDropout2D", "LayerNormalization", "GroupNormalization", "Relu"),
}
KINDS = {
    "Conv2D": "Conv",
    "Conv2DTranspose": "ConvTranspose",
    "DepthwiseConv2D": "DepthwiseConv",
    "SeparableConv2D": "SeparableConv",
    "MaxPooling2D": "MaxPool",
    "AveragePooling2D": "AveragePool",
    "GlobalAveragePooling2D": "GlobalAveragePool",
    "GlobalMaxPooling2D": "GlobalMaxPool",
    "BatchNormalization": "BN",
    "InputLayer": "Input",
    "Relu": "ReLU",
}
FUNCTIONS = {"relu": "ReLU"}
LONGEST_PERIOD = 6  # sections that may repeat together
LARGEST_BLOCK = 30  # boxes that are one block, rather than most of a net


@dataclass(frozen=True)
class Box:
    """One box: what it says, and the positions of the boxes that feed it. `key` is equal for boxes that do the same."""

    name: str
    words: tuple
    shape: tuple
    inputs: tuple
    key: tuple
    layers: tuple  # the names of all that it stands for


@dataclass(frozen=True)
class Section:
    """Boxes from one that all paths pass (left out) to the next such (the last); `inputs` are positions in the section.

    Position −1 is the last box of the section before. `times` in a row there is a section like it.
    """

    boxes: tuple
    times: int = 1
    last_shape: tuple | None = None

    @property
    def key(self):
        return tuple((box.key, box.inputs) for box in self.boxes)


def boxes(nodes):
    """The nodes of a graph as `Box`es, each after those that feed it."""
    consumers = {}
    for node in nodes:
        for tensor in node.inputs:
            consumers[tensor.node] = consumers.get(tensor.node, 0) + 1
    found, where = [], {}
    for node in nodes:
        feeds = [tensor.node for tensor in node.inputs]
        if _folds(node, feeds, consumers):
            place = where[node] = where[feeds[0]]
            box = found[place]
            words, names = (*box.words, *_words(node.layer)), (*box.layers, node.name)
            found[place] = replace(box, words=words, layers=names, key=(words, *box.key[1:]))
            continue
        where[node] = len(found)
        layer, shape = node.layer, node.output_shape[1:]
        words = _words(layer)
        # Not the channels: in a dense block they grow from one layer to the next that does the same.
        spatial = shape[1:] if getattr(layer, "data_format", None) == "channels_first" else shape[:-1]
        key = (words, getattr(layer, "filters", None), getattr(layer, "units", None), spatial)
        inputs = tuple(dict.fromkeys(where[feed] for feed in feeds))
        found.append(Box(node.name, words, shape, inputs, key, (node.name,)))
    return found


def _folds(node, feeds, consumers):
    if type(node.layer).__name__ not in FOLDED or len(feeds) != 1 or consumers[feeds[0]] > 1:
        return False
    # Normalisation after a merge belongs to the next layer: DenseNet's concatenations are alike without it.
    merged = len(feeds[0].inputs) > 1 and type(node.layer).__name__ == "BatchNormalization"
    return feeds[0].inputs and not merged and node.output_shape == feeds[0].output_shape


def _words(layer):
    """("Conv 3×3", "stride 2", "ReLU"): what a layer is, what is unusual in it, and its activation."""
    kind = type(layer).__name__
    activation = _function(getattr(layer, "activation", None))
    if kind == "Activation":
        return (activation or "linear",)
    words = [KINDS.get(kind, kind)]
    window = getattr(layer, "kernel_size", None) or getattr(layer, "pool_size", None)
    if hasattr(window, "__iter__"):
        words[0] += " " + "×".join(map(str, window))
    for name, argument in (("stride", "strides"), ("dilation", "dilation_rate"), ("groups", "groups")):
        numbers = getattr(layer, argument, 1)
        numbers = tuple(numbers) if hasattr(numbers, "__iter__") else (numbers,)
        if window and set(numbers) - {1, None}:
            words.append(f"{name} " + "×".join(map(str, numbers[:1] if len(set(numbers)) == 1 else numbers)))
    return (*words, activation) if activation else tuple(words)


def _function(activation):
    name = getattr(activation, "__name__", type(activation).__name__ if activation else "linear")
    return None if name == "linear" else FUNCTIONS.get(name, name)


def sections(found):
    """Split the graph at the boxes that every path from an input to the last output passes: a list of `Section`s.

    Branches that end before, such as auxiliary heads, are in the section after the box they leave from.
    """
    consumers = [[] for _ in found]
    for place, box in enumerate(found):
        for feed in box.inputs:
            consumers[feed].append(place)
    depth = []
    for box in found:
        depth.append(1 + max((depth[feed] for feed in box.inputs), default=0))
    end = max(range(len(found)), key=lambda place: (depth[place], place))
    leads = [False] * len(found)
    for place in reversed(range(len(found))):
        leads[place] = place == end or any(leads[consumer] for consumer in consumers[place])

    main = [place for place in range(len(found)) if leads[place]]
    last_source = max(place for place in main if not found[place].inputs)
    cuts, reach = [], -1
    for place in main:
        if reach <= place and last_source <= place:
            cuts.append(place)
        reach = max([reach, *(consumer for consumer in consumers[place] if leads[consumer])])

    section_of = {}
    for place, box in enumerate(found):
        if leads[place]:
            section_of[place] = next(number for number, cut in enumerate(cuts) if place <= cut)
        else:
            feeds = [section_of[feed] + (feed in cuts) for feed in box.inputs]
            section_of[place] = min(max(feeds, default=0), len(cuts) - 1)
    split = []
    for number, cut in enumerate(cuts):
        places = [place for place in range(len(found)) if section_of[place] == number and place != cut] + [cut]
        own = {place: position for position, place in enumerate(places)}
        split.append(
            Section(
                tuple(
                    replace(found[place], inputs=tuple(own.get(feed, -1) for feed in found[place].inputs))
                    for place in places
                )
            )
        )
    return split


def repeated(split):
    """Sections that are equal and in a row, alone or a few together, as one that says how many times."""
    shortened, place = [], 0
    keys = [section.key for section in split]
    while place < len(split):
        best = (1, 1)
        for period in range(1, LONGEST_PERIOD + 1):
            times = 1
            while keys[place : place + period] == keys[place + times * period : place + (times + 1) * period]:
                times += 1
            if times > 1 and times * period > best[0] * best[1]:
                best = (period, times)
        period, times = best
        last = split[place + period * times - 1]
        shortened.append(replace(_joined(split[place : place + period]), times=times, last_shape=last.boxes[-1].shape))
        place += period * times
    return shortened


def _joined(split):
    joined = []
    for section in split:
        start = len(joined)
        joined += [
            replace(box, inputs=tuple(start - 1 if feed < 0 else start + feed for feed in box.inputs))
            for box in section.boxes
        ]
    return Section(tuple(joined))


def collapsed(section):
    """A section of several boxes as one box, unless it is most of a net."""
    if not 1 < len(section.boxes) <= LARGEST_BLOCK:
        return section
    names = [name for box in section.boxes for name in box.layers]
    last = section.boxes[-1]
    name = _common_beginning(names).rstrip("_-/") or last.name
    branches = max(1, sum(-1 in box.inputs for box in section.boxes))
    words = (f"{len(section.boxes)} boxes", f"{branches} branches")
    key = (words, section.key)
    return replace(section, boxes=(Box(name, words, last.shape, (-1,), key, tuple(names)),))


def _common_beginning(names):
    alike = takewhile(lambda letters: len(set(letters)) == 1, zip(*names, strict=False))
    return "".join(letters[0] for letters in alike)


def beginning(split, rows_of, most):
    """The first sections that have so many rows together, by `rows_of`; of one that is longer, its first boxes."""
    kept, left = [], most
    for section in split:
        own = rows_of(section)
        if own > left:
            kept += [replace(section, boxes=section.boxes[:left], last_shape=None)] if left else []
            break
        kept.append(section)
        left -= own
    return kept
