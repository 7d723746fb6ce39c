"""Random documents in files of every supported format."""

import gzip
import json
import lzma
import random

from tests import tiny

WORDS = [p for p in tiny.VOCABULARY[31:] if not p.startswith("##")]


def documents(count=12, seed=0):
    """Documents, lists of lines of words that are whole pieces."""
    rng = random.Random(seed)
    return [
        [
            " ".join(
                f"{' '.join(rng.choices(WORDS, k=rng.randint(1, 12)))} ."
                for _ in range(rng.randint(1, 4))
            )
            for _ in range(rng.randint(1, 6))
        ]
        for _ in range(count)
    ]


def as_text(docs):
    return "\n\n".join("\n".join(lines) for lines in docs) + "\n"


def write(folder):
    """Three files of text, and the documents in them."""
    folder.mkdir(exist_ok=True)
    docs = documents()
    (folder / "a.txt").write_text(as_text(docs[:5]), "utf-8")
    with lzma.open(folder / "b.txt.xz", "wt", encoding="utf-8") as file:
        file.write(as_text(docs[5:9]))
    with gzip.open(folder / "c.jsonl.gz", "wt", encoding="utf-8") as file:
        for lines in docs[9:]:
            file.write(json.dumps({"text": "\n".join(lines)}) + "\n")
    return docs
