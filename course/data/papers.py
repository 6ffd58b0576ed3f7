"""The papers' data sets, through TensorFlow Datasets, and the embedded sets that stand in for them."""

import json
import re
from typing import NamedTuple
from urllib.parse import urlsplit

# {split: the split of the embedded set in its place}
TRAIN_TEST = {"train": "train", "test": "test"}
TRAIN_VALIDATION = {"train": "train", "validation": "test"}
ALL = {"train": "train", "validation": "test", "test": "test"}
# What `as_supervised` gives, where TFDS has nothing for the task.
MASKS = ("image", "segmentation_mask")
BOXES = ("image", "objects")


class Paper(NamedTuple):
    """A data set of TFDS, and the embedded one that takes its place."""

    tfds: str  # its name and configuration there
    instead: str  # the name of the embedded set
    splits: dict
    supervised: tuple | None = None
    archives: tuple = ()  # the files that are downloaded; all that TFDS lists when empty
    by_hand: dict = {}  # {file: its bytes}, where no program may download it  # noqa: RUF012
    page: str = ""  # where a person downloads these


PAPERS = {
    "mnist": Paper("mnist", "digits", TRAIN_TEST),
    "fashion_mnist": Paper("fashion_mnist", "glyphs/easy_28", TRAIN_TEST),
    "cifar10": Paper("cifar10", "glyphs/medium_32", TRAIN_TEST),
    "imagenette": Paper("imagenette/320px-v2", "glyphs/medium_64", TRAIN_VALIDATION, archives=("imagenette2-320.tgz",)),
    "imagenette/160px-v2": Paper(
        "imagenette/160px-v2", "glyphs/medium_64", TRAIN_VALIDATION, archives=("imagenette2-160.tgz",)
    ),
    "imagenette/full-size-v2": Paper(
        "imagenette/full-size-v2", "glyphs/medium_64", TRAIN_VALIDATION, archives=("imagenette2.tgz",)
    ),
    "oxford_iiit_pet": Paper("oxford_iiit_pet", "glyph_scenes/easy_64", TRAIN_TEST, MASKS),
    "voc": Paper(
        "voc/2007", "glyph_scenes/easy_64", ALL, BOXES, ("VOCtrainval_06-Nov-2007.tar", "VOCtest_06-Nov-2007.tar")
    ),
    "voc/2012": Paper(
        "voc/2012", "glyph_scenes/easy_64", ALL, BOXES, ("VOCtrainval_11-May-2012.tar", "VOC2012test.tar")
    ),
    "imagenet2012": Paper(
        "imagenet2012",
        "glyphs/medium_64",
        TRAIN_VALIDATION,
        by_hand={"ILSVRC2012_img_train.tar": 147_897_477_120, "ILSVRC2012_img_val.tar": 6_744_924_160},
        page="https://image-net.org/download-images",
    ),
}


class Unavailable(OSError):
    """A data set that cannot be had; a notebook shows its sentence alone."""

    def _render_traceback_(self):
        return [str(self)]


def builder(name, data_dir=None):
    """Return TFDS's builder of a paper's set with its files on disk, downloading and preparing them if need be.

    Where the set is prepared already, no network is touched. Raises `Unavailable`, with the reason in one sentence, if
    its hosts do not answer within two seconds, the download fails, or files are missing that a person must download.
    """
    import tensorflow_datasets as tfds

    from course.data import prepared

    paper = PAPERS[name]
    base, _, config = paper.tfds.partition("/")
    builder_class = tfds.builder_cls(base)
    archives = prepared.downloads(prepared.data_sets(data_dir))
    begun = []

    def obstacle(harm):
        why = _missing(paper, archives / "manual") if paper.by_hand else _unreachable(paper, builder_class, archives)
        if why:
            raise Unavailable(f"{name} cannot be had: {harm}, and {why}")
        begun.append(name)

    config = builder_class.builder_configs[config] if config else None
    try:
        return prepared.prepared(builder_class, data_dir, config=config, obstacle=obstacle)
    except Exception as error:
        if not begun or isinstance(error, ValueError):
            raise
        words = re.sub(r"\s+", " ", str(error)).strip()
        words = words if len(words) < 200 else f"{words[:200]}…"
        raise Unavailable(f"{name} cannot be had: preparing it failed ({type(error).__name__}: {words})") from error


def in_place_of(paper, split):
    """Return the embedded set's split for one of the paper's set: a string, a list or dict of them, or None for all."""
    import tensorflow as tf

    def renamed(part):
        if not isinstance(part, str):  # a tfds.core.ReadInstruction
            return part
        return re.sub(r"(^|\+)\s*(\w+)", lambda match: match[1] + paper.splits.get(match[2], match[2]), part)

    return tf.nest.map_structure(renamed, paper.splits if split is None else split)


def _missing(paper, folder):
    for file, size in paper.by_hand.items():
        found = (folder / file).stat().st_size if (folder / file).is_file() else None
        if found is None:
            return f"{' and '.join(paper.by_hand)}, from {paper.page}, must be put in {folder} by hand"
        if found != size:
            return f"{folder / file} has {found:,} of {size:,} bytes: download it again from {paper.page}"
    return ""


def _unreachable(paper, builder_class, archives):
    from course.data.reach import unreachable

    urls = {url: info.filename for url, info in builder_class.url_infos.items()}
    if paper.archives:
        urls = {url: file for url, file in urls.items() if urlsplit(url).path.rpartition("/")[2] in paper.archives}
    wanted = {url for url, file in urls.items() if not (archives / "manual" / file).is_file()}
    for folder in (archives / builder_class.name, archives):  # where TFDS keeps them, and where it once kept them
        wanted -= _downloaded(folder, wanted)
    hosts = unreachable(wanted)
    return " and ".join(f"{host} cannot be reached ({why})" for host, why in hosts.items())


def _downloaded(folder, wanted):
    """Those of the addresses whose archives TFDS has downloaded before; an archive that has changed is deleted."""
    from course.data.prepared import sha256

    urls = set()
    for note in folder.glob("*.INFO"):
        archive = note.with_suffix("")
        try:
            known = json.loads(note.read_text(encoding="utf-8"))
            found = wanted & set(known["urls"])
            whole = not found or sha256(archive) == known["url_info"]["checksum"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if whole:
            urls |= found
        else:
            archive.unlink()
            note.unlink()
    return urls
