"""Letters drawn on photographs: what the data sets `glyphs` and `glyph_scenes` are made of.

Lengths and places are fractions of the image's side, so that the same picture can be drawn at every size; x goes right,
y down. Fonts are matplotlib's, photographs scikit-learn's. All chance comes from the `numpy.random.Generator` that is
passed in, and there is no matrix product, whose last bit depends on the processor: one seed gives the same bytes.
"""

import functools
import io
import math
import pathlib
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFont

LETTERS = "ABEGHKMRST"

# No typeface is in both splits: a Times, a sans serif and a typewriter face are new to whoever learnt the others.
FONTS = {
    "train": (
        *("DejaVuSans", "DejaVuSans-Bold", "DejaVuSans-Oblique", "DejaVuSans-BoldOblique"),
        *("DejaVuSansMono", "DejaVuSansMono-Bold", "DejaVuSansMono-Oblique", "DejaVuSansMono-BoldOblique"),
        *("DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSerif-Italic", "DejaVuSerif-BoldItalic"),
        *("cmr10", "cmb10", "cmmi10"),
    ),
    "test": ("STIXGeneral", "STIXGeneralBol", "STIXGeneralItalic", "STIXGeneralBolIta", "cmss10", "cmtt10"),
}

# left, top, right, bottom in the photographs' pixels: what a split may take its backgrounds from.
REGIONS = {
    "train": {"china": (0, 0, 432, 427), "flower": (256, 0, 640, 427)},
    "test": {"china": (432, 0, 640, 427), "flower": (0, 0, 256, 427)},
}
CROP = (64, 192)  # the smallest and the largest side of a background, in the photograph's pixels
GREY = 128  # what a background fades to
WEAKEST = 0.6  # the least that a channel of the photograph is multiplied by; the most is 1

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
FRAGMENT = (0.2, 0.45)  # the side of a piece of a letter, in heights of that letter
MARGIN = 0.02  # of the side: how near to the edge a letter may come
INKED = 64  # of 255: a pixel is a letter's if the letter covers a quarter of it; at half, thin letters would vanish
CANVAS = 128  # smaller images are drawn at a multiple of their size that is at least this, and averaged
THUMBNAIL = 16  # the side of the copy of a background that colours are chosen by, whatever the image's size
OUTLINE = 64  # the height in pixels at which a letter's outline is taken


class Level(NamedTuple):
    """What the pictures of one difficulty are drawn by; a pair is the least and the most."""

    heights: tuple  # of the letters, in sides of the image
    angle: float  # degrees, either way
    slant: float  # of the letters, and what their width is stretched or narrowed by
    contrasts: tuple  # of a letter's luminance with what lies under it; 1 is black on white
    fade: float  # of the background, to grey
    fragments: int  # at most: pieces of other letters, as in the cluttered MNIST of Mnih et al. 2014
    noise: float  # standard deviation, of 255


class Letter(NamedTuple):
    """A letter in place: `height` of the upright ink, `angle` in degrees counter-clockwise, (x, y) of the middle."""

    character: str
    font: str
    height: float
    angle: float
    stretch: float
    slant: float
    x: float = 0.5
    y: float = 0.5

    def matrix(self):
        """a, b, c, d with which the upright letter of height 1 becomes this one: x' = a x + b y, y' = c x + d y."""
        cos, sin = (self.height * f(math.radians(self.angle)) for f in (math.cos, math.sin))
        return self.stretch * cos, self.slant * cos + sin, -self.stretch * sin, cos - self.slant * sin

    def box(self):
        """left, top, right, bottom of the ink."""
        left, top, right, bottom = _reach(*self[:-2])
        return self.x + left, self.y + top, self.x + right, self.y + bottom


class Background(NamedTuple):
    """A square of a photograph, in its pixels; turned or mirrored one of eight ways, recoloured, faded to grey."""

    photograph: str
    left: int
    top: int
    side: int
    turn: int
    channels: tuple
    gains: tuple
    fade: float

    def crop(self, size, resampling=Image.Resampling.BILINEAR):
        """(size, size, 3) uint8, with the photograph's colours. Cut out first: to resize a box looks past its edges."""
        pixels = photograph(self.photograph).crop(self.place()[0]).resize((size, size), resampling)
        pixels = np.asarray(pixels)[:, :: -1 if self.turn >= 4 else 1]
        return np.rot90(pixels, self.turn % 4)

    def tone(self, value, channel):
        """The value of a channel of the background for one of the photograph, 0 to 255 both."""
        return value * (self.gains[channel] * (1 - self.fade)) + GREY * self.fade

    def pixels(self, size):
        """(size, size, 3) float32, 0 to 255."""
        crop, image = self.crop(size), np.empty((size, size, 3), "float32")
        for channel, source in enumerate(self.channels):
            image[..., channel] = self.tone(crop[..., source].astype("float32"), channel)
        return image

    def place(self):
        """left, top, right, bottom in the photograph, and the width and height of that."""
        return (self.left, self.top, self.left + self.side, self.top + self.side), photograph(self.photograph).size

    def luma(self, box):
        """The mean luminance within a box of the image, 0 to 255."""
        left, top, right, bottom = (min(max(edge, 0), 1) * THUMBNAIL for edge in box)
        crop = self.crop(THUMBNAIL, Image.Resampling.BOX)
        part = crop[math.floor(top) : math.ceil(bottom), math.floor(left) : math.ceil(right)]
        sums, count = part.sum((0, 1), dtype=int).tolist(), part.shape[0] * part.shape[1]
        means = [self.tone(sums[source] / count, channel) for channel, source in enumerate(self.channels)]
        return _luma(means)


@functools.cache
def photograph(name):
    from sklearn.datasets import load_sample_image

    return Image.fromarray(load_sample_image(f"{name}.jpg"))


@functools.cache
def font_folder():
    import matplotlib

    return pathlib.Path(matplotlib.get_data_path(), "fonts", "ttf")


@functools.lru_cache(maxsize=2000)
def glyph(font, character, height):
    """An upright letter about `height` pixels high as an image of mode L: its ink, and 2 empty pixels around."""
    file = str(font_folder() / f"{font}.ttf")
    face = ImageFont.truetype(file, round(height / 0.68), layout_engine=ImageFont.Layout.BASIC)  # capitals are .68 high
    left, top, right, bottom = face.getbbox(character)
    image = Image.new("L", (right - left + 8, bottom - top + 8))
    ImageDraw.Draw(image).text((4 - left, 4 - top), character, fill=255, font=face)
    left, top, right, bottom = image.getbbox()
    return image.crop((left - 2, top - 2, right + 2, bottom + 2))


@functools.cache
def outline(font, character):
    """x and y, each (n,), of the corners of the first and last inked pixel of each row, for a letter of height 1."""
    ink = np.asarray(glyph(font, character, OUTLINE))[2:-2, 2:-2] >= 128
    height, width = ink.shape
    rows = np.flatnonzero(ink.any(1))
    first, last = ink[rows].argmax(1), width - ink[rows, ::-1].argmax(1)
    x = np.concatenate([first, first, last, last]) - width / 2
    y = np.concatenate([rows, rows + 1, rows, rows + 1]) - height / 2
    return x / height, y / height


@functools.lru_cache(maxsize=100)
def _reach(*form):
    """left, top, right, bottom from a letter's middle to its edges."""
    letter = Letter(*form, 0, 0)
    a, b, c, d = letter.matrix()
    x, y = outline(letter.font, letter.character)
    across, down = a * x + b * y, c * x + d * y
    return float(across.min()), float(down.min()), float(across.max()), float(down.max())


def ink(size, pieces):
    """(size, size) uint8: how much of each pixel the letters cover, 255 for all of it.

    `pieces` are pairs of a letter and the window it is seen through: left, top, right, bottom.
    """
    scale = math.ceil(CANVAS / size)
    canvas = Image.new("L", (size * scale, size * scale))
    for letter, window in pieces:
        _stamp(canvas, letter, window)
    return np.asarray(canvas.reduce(scale))


def _stamp(canvas, letter, window):
    side = canvas.width
    left, top = (max(math.floor(edge * side), 0) for edge in window[:2])
    right, bottom = (min(math.ceil(edge * side), side) for edge in window[2:])
    if left >= right or top >= bottom:
        return
    needed = max(math.ceil(letter.height * side), 16)
    upright = glyph(letter.font, letter.character, 1 << (needed - 1).bit_length())
    a, b, c, d = letter.matrix()
    width, height = upright.size
    scale = (height - 4) / (side * (a * d - b * c))  # the 4 empty rows are no part of the letter's height
    a, b, c, d = d * scale, -b * scale, -c * scale, a * scale  # the inverse: canvas → glyph
    x, y = left - letter.x * side, top - letter.y * side
    coefficients = (a, b, a * x + b * y + width / 2, c, d, c * x + d * y + height / 2)
    part = upright.transform(
        (right - left, bottom - top), Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR
    )
    canvas.paste(255, (left, top), part)


def paint(image, ink, colour):
    """Lay a colour over the float32 image (size, size, 3), in place, as far as the ink covers it."""
    share = ink * np.float32(1 / 255)
    for channel, value in enumerate(colour):
        plane = image[..., channel]
        plane += share * (np.float32(value) - plane)


def finish(rng, image, noise):
    """(size, size, 3) float32 → uint8, after Gaussian noise of that standard deviation."""
    image += rng.standard_normal(image.shape, "float32") * np.float32(noise)
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def png(pixels):
    """A file with the image in it; little compressed, since noise hardly is and it takes most of the time."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png", compress_level=1)
    file.seek(0)
    return file


def extent(mask):
    """left, top, right, bottom of what is true in a mask (size, size), in pixels, the last two exclusive."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def random_background(rng, split, fade):
    """A square of the split's part of one of the photographs."""
    name, (left, top, right, bottom) = list(REGIONS[split].items())[rng.integers(2)]
    side = int(rng.integers(CROP[0], CROP[1] + 1))
    x, y = int(rng.integers(left, right - side + 1)), int(rng.integers(top, bottom - side + 1))
    channels, gains = tuple(rng.permutation(3).tolist()), tuple(rng.uniform(WEAKEST, 1, 3).tolist())
    return Background(name, x, y, side, int(rng.integers(8)), channels, gains, fade)


def random_letter(rng, split, character, level):
    """A letter of one of the split's fonts, in the middle of the image."""
    font = FONTS[split][rng.integers(len(FONTS[split]))]
    height, turn, shear, wider = rng.random(4).tolist()
    height = level.heights[0] + height * (level.heights[1] - level.heights[0])
    lean = level.slant
    return Letter(
        character, font, height, level.angle * (2 * turn - 1), 1 + lean * (2 * wider - 1), lean * (2 * shear - 1)
    )


def random_fragments(rng, split, level):
    """Up to `level.fragments` parts of letters, anywhere in the image: pieces for `ink`."""
    return [_fragment(rng, split, level) for _ in range(rng.integers(level.fragments + 1))]


def _fragment(rng, split, level):
    letter = random_letter(rng, split, LETTERS[rng.integers(len(LETTERS))], level)
    half, x, y, across, down = rng.random(5).tolist()
    half = letter.height * (FRAGMENT[0] + half * (FRAGMENT[1] - FRAGMENT[0])) / 2
    letter = letter._replace(x=x + (across - 0.5) * letter.height, y=y + (down - 0.5) * letter.height)
    return letter, (x - half, y - half, x + half, y + half)


def random_place(rng, letter):
    """The letter somewhere within the image, made smaller where it does not fit."""
    left, top, right, bottom = letter.box()
    room = 1 - 2 * MARGIN
    width, height = right - left, bottom - top
    shrink = min(room / max(width, height), 1)
    x, y = rng.random(2).tolist()
    x = MARGIN + x * (room - width * shrink) + (letter.x - left) * shrink
    y = MARGIN + y * (room - height * shrink) + (letter.y - top) * shrink
    return letter._replace(height=letter.height * shrink, x=x, y=y)


def random_colour(rng, under, contrasts):
    """A colour lighter or darker than a luminance by something between two contrasts, 1 being black against white."""
    share, side, strength, *chroma = rng.random(6).tolist()
    step = 255 * (contrasts[0] + share * (contrasts[1] - contrasts[0])) * (1 if side < 0.5 else -1)
    luma = under + step if 0 <= under + step <= 255 else under - step
    luma = min(max(luma, 0), 255)
    chroma = [value - _luma(chroma) for value in chroma]
    room = min((255 - luma if value > 0 else luma) / max(abs(value), 1e-6) for value in chroma)
    return [luma + value * room * strength for value in chroma]


def _luma(colour):
    return sum(weight * value for weight, value in zip(LUMA, colour, strict=True))
