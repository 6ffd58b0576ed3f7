"""ImageNet, whose archives a person downloads: TFDS's own builder, with a few images."""

import io
import tarfile

import pytest
from PIL import Image

from course import data
from course.data import papers

DIGITS = {"train": 1442, "validation": 355}


def counts(loaded):
    return {split: len(examples) for split, examples in loaded.items()}


def jpeg(width, height, colour):
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(buffer, "JPEG")
    return buffer.getvalue()


def tar(files):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name, body in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    return buffer.getvalue()


def test_imagenet_is_put_in_place_by_hand(tmp_path, monkeypatch, capsys):
    synset = {f"n01440764_{i}.JPEG": jpeg(40 + i, 30, "red") for i in range(3)}
    validation = {f"ILSVRC2012_val_{i:08d}.JPEG": jpeg(30, 50, "blue") for i in range(1, 3)}
    files = {
        "ILSVRC2012_img_train.tar": tar({"n01440764.tar": tar(synset)}),
        "ILSVRC2012_img_val.tar": tar(validation),
    }
    paper = papers.PAPERS["imagenet2012"]._replace(instead="digits")
    monkeypatch.setitem(papers.PAPERS, "imagenet2012", paper)
    data.load("digits", data_dir=tmp_path)
    capsys.readouterr()
    by_hand = tmp_path / "downloads" / "manual"
    assert counts(data.load("imagenet2012", data_dir=tmp_path)) == DIGITS
    (line,) = capsys.readouterr().out.splitlines()
    for part in (*files, "https://image-net.org/download-images", str(by_hand), "by hand"):
        assert part in line
    by_hand.mkdir(parents=True)
    for file, body in files.items():
        (by_hand / file).write_bytes(body)
    with pytest.raises(OSError, match=r"train.tar has [0-9,]+ of 147,897,477,120 bytes: download it again"):
        data.load("imagenet2012", data_dir=tmp_path, strict=True)
    sizes = {file: len(body) for file, body in files.items()}
    monkeypatch.setitem(papers.PAPERS, "imagenet2012", paper._replace(by_hand=sizes))
    loaded, info = data.load("imagenet2012", data_dir=tmp_path, strict=True, with_info=True)
    assert counts(loaded) == {"train": 3, "validation": 2}
    assert sorted(tuple(image.shape) for image, _ in loaded["train"]) == [(30, 40, 3), (30, 41, 3), (30, 42, 3)]
    assert {info.features["label"].int2str(int(label)) for _, label in loaded["train"]} == {"n01440764"}
    for batch_size in (2, -1):
        with pytest.raises(ValueError, match="images of imagenet2012 differ in size and cannot be in one batch"):
            data.load("imagenet2012", split="train", data_dir=tmp_path, batch_size=batch_size)
