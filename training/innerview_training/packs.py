"""Reads a data pack once, keeps it as one uint8 array on disk and hands it out memory-mapped."""
import io
import json
import os
import tarfile
from pathlib import Path

import numpy as np
from PIL import Image

from .paths import DATA, WORK


def read_class_names(pack: str) -> list[str]:
    return [entry["name"] for entry in json.loads((DATA / pack / "classes.json").read_text())]


def _decode_tar(path: Path, class_index: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    images, labels = [], []
    with tarfile.open(path, "r:gz") as archive:
        for member in archive:
            if not member.isfile():
                continue
            directory = Path(member.name).parts[-2]
            picture = Image.open(io.BytesIO(archive.extractfile(member).read()))
            images.append(np.asarray(picture.convert("RGB")))
            labels.append(class_index[directory])
    return np.stack(images), np.asarray(labels, np.int64)


def _save_atomically(path: Path, array: np.ndarray) -> None:
    temporary = path.with_suffix(f".{os.getpid()}.tmp.npy")
    np.save(temporary, array)
    os.replace(temporary, path)


def load_split(pack: str, split: str) -> tuple[np.ndarray, np.ndarray]:
    """Images [n,h,w,channels] uint8 (memory-mapped) and labels [n] int64 of `train` or `val`."""
    WORK.mkdir(parents=True, exist_ok=True)
    image_file, label_file = WORK / f"{pack}-{split}-images.npy", WORK / f"{pack}-{split}-labels.npy"
    if not (image_file.exists() and label_file.exists()):
        folder = DATA / pack
        if (folder / f"{split}.npz").exists():
            stored = np.load(folder / f"{split}.npz")
            images, labels = stored["images"][..., None], stored["labels"].astype(np.int64)
        else:
            entries = json.loads((folder / "classes.json").read_text())
            index = {entry["dir"]: position for position, entry in enumerate(entries)}
            images, labels = _decode_tar(folder / f"{split}.tar.gz", index)
        _save_atomically(label_file, labels)
        _save_atomically(image_file, images)
    return np.load(image_file, mmap_mode="r"), np.load(label_file)
