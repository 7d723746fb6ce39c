"""Build a corpus from text files, and read it: contents, restarts, order."""

import errno
import gzip
import json
import os
import pathlib
import shutil

import numpy as np
import pytest

import keras_electra
from keras_electra import ElectraCorpus
from keras_electra.pretraining.corpus import shards
from keras_electra.pretraining.corpus.batches import CorpusBatches
from keras_electra.pretraining.corpus.build_corpus import build_corpus
from keras_electra.pretraining.corpus.example_builder import ExampleBuilder
from keras_electra.pretraining.run import atomic_file
from tests import tiny
from tests.pretraining import texts
from tests.pretraining.test_pretrainer import make

LENGTH = 16
# Two rounds over ten examples, with seed 5, by grain 0.2.18 on Linux.
ORDER = [
    [3, 9, 4, 8, 1, 0, 6, 5, 7, 2],
    [7, 6, 1, 5, 9, 0, 4, 3, 2, 8],
]
PAD, UNK, CLS, SEP, MASK = range(5)


def build(inputs, folder, **kwargs):
    settings = {
        "vocabulary": tiny.VOCABULARY,
        "sequence_length": LENGTH,
        "processes": 1,
        "block_bytes": 500,
    }
    return build_corpus(inputs, folder, **{**settings, **kwargs})


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("texts")
    texts.write(folder)
    return folder


@pytest.fixture(scope="module")
def folder(inputs, tmp_path_factory):
    folder = tmp_path_factory.mktemp("built") / "corpus"
    build(inputs, folder, validation_share=0.3)
    return folder


def contents(folder):
    return {p.name: p.read_bytes() for p in pathlib.Path(folder).iterdir()}


def all_ids(corpus):
    batch = corpus.get_batch(np.arange(len(corpus)))
    return batch["token_ids"]


# === Contents ===
def test_no_token_is_lost(inputs, tmp_path):
    manifest = build(inputs, tmp_path / "c")
    ids = all_ids(ElectraCorpus(tmp_path / "c"))
    words = " ".join(
        line for lines in texts.documents() for line in lines
    ).split()
    made = [tiny.VOCABULARY[i] for i in ids.ravel() if i not in (PAD, CLS, SEP)]
    assert made == words
    found = manifest["statistics"]
    assert found["documents"] == 12
    assert found["text_tokens"] == len(words)
    assert found["unknown_share"] == 0
    assert found["examples"] == {"train": len(ids), "validation": 0}
    assert found["tokens"]["train"] == (ids != PAD).sum()
    assert not list((tmp_path / "c").glob("block-*"))


def test_documents_are_read_from_files_of_every_kind(inputs):
    read = list(keras_electra.read_documents(inputs))
    assert read == texts.documents()


def test_frame_segments_and_padding(folder):
    corpus = ElectraCorpus(folder)
    batch = corpus.get_batch(np.arange(len(corpus)))
    two = 0
    for ids, segments, mask in zip(*batch.values(), strict=True):
        length = mask.sum()
        assert list(mask) == [1] * length + [0] * (LENGTH - length)
        assert not ids[length:].any() and not segments[length:].any()
        ends = np.flatnonzero(ids == SEP)
        assert ids[0] == CLS and ends[-1] == length - 1 and len(ends) < 3
        assert MASK not in ids
        want = np.zeros(LENGTH)
        want[ends[0] + 1 : length] = 1
        assert list(segments) == list(want)
        two += len(ends) == 2
    assert 0.5 < two / len(corpus) < 1
    assert all(array.dtype == "int32" for array in batch.values())


def test_documents_are_held_out_whole(inputs, folder):
    train, held_out = (
        {
            tuple(line[:4])
            for line in all_ids(ElectraCorpus(folder, split))[:, 1:]
        }
        for split in shards.SPLITS
    )
    assert held_out
    everything = build(inputs, folder, validation_share=0.3)["statistics"]
    assert everything["examples"]["validation"] == len(
        ElectraCorpus(folder, "validation")
    )
    assert len(train & held_out) < len(held_out) / 4


def test_special_tokens_in_a_text_are_left_out(tmp_path):
    text = tmp_path / "a.txt"
    text.write_text("the [MASK] fox [SEP] [UNK] ☃\n")
    build(text, tmp_path / "c")
    ids = ElectraCorpus(tmp_path / "c")[0]["token_ids"]
    words = [tiny.VOCABULARY[i] for i in ids[:6]]
    assert words == ["[CLS]", "the", "fox", "[UNK]", "[UNK]", "[SEP]"]


def test_unknown_pieces_are_counted(tmp_path):
    (tmp_path / "a.txt").write_text("the § fox\n\n¶ § dog .\n", "utf-8")
    build(tmp_path / "a.txt", tmp_path / "corpus", validation_share=0)
    corpus = ElectraCorpus(tmp_path / "corpus")
    assert corpus.manifest["statistics"]["unknown_share"] == 3 / 7
    assert np.sum(all_ids(corpus) == UNK) == 3


def test_large_vocabulary_and_byte_order_mark(tmp_path):
    text = tmp_path / "a.txt"
    text.write_bytes(b"\xef\xbb\xbfthe last\r\n\r\n")
    more = [*tiny.VOCABULARY, *(f"x{i}" for i in range(70_000)), "last"]
    build(text, tmp_path / "c", vocabulary=more)
    corpus = ElectraCorpus(tmp_path / "c")
    assert corpus[0]["token_ids"][2] == len(more) - 1
    tokens = np.load(tmp_path / "c" / "train-00000.tokens.npy", mmap_mode="r")
    assert tokens.dtype == "uint32"


def builder(length=128, as_published=False, seed=0):
    ends = np.arange(1000) == 7
    return ExampleBuilder(length, CLS, SEP, ends, seed, as_published)


def test_distribution_of_the_2020_code():
    lines = [np.full(20, 9, "int32")] * 20_000
    made = list(builder().add_document(lines))
    single = np.mean([len(ids) == second for ids, second in made])
    assert 0.08 < single < 0.13, single
    halves = np.array([s for ids, s in made if len(ids) == 128 != s])
    # [CLS], three lines of twenty or four, [SEP]
    assert set(halves[:-1]) >= {62, 82}
    short = np.mean([len(ids) < 100 for ids, _ in made])
    assert 0.02 < short < 0.07


def test_as_published_throws_away_what_does_not_fit():
    line = np.arange(10, 310, dtype="int32")
    (ids, _), *more = builder(as_published=True).add_document([line])
    assert not more and list(ids[1:-1]) == list(range(10, 136))
    kept = [ids for ids, _ in builder().add_document([line])]
    words = np.concatenate(kept)
    assert list(words[words > 9]) == list(line)


def test_long_lines_are_divided_at_sentence_ends():
    line = np.tile(np.array([9] * 30 + [7], "int32"), 4)
    for seed in range(20):
        ids, second = next(builder(seed=seed).add_document([line]))
        if second < len(ids):
            assert ids[second - 2] == 7
            return
    raise AssertionError("no example had two segments")


# === Restarts ===
def test_processes_change_nothing(inputs, folder, tmp_path):
    build(inputs, tmp_path / "c", validation_share=0.3, processes=2)
    assert contents(tmp_path / "c") == contents(folder)
    build(inputs, tmp_path / "d", validation_share=0.3, seed=1)
    assert contents(tmp_path / "d") != contents(folder)


def test_goes_on_after_a_full_disk(inputs, folder, tmp_path, monkeypatch):
    os_replace, calls = os.replace, []

    def full(source, target):
        calls.append(target)
        if len(calls) == 9:
            raise OSError(errno.ENOSPC, "No space left on device")
        os_replace(source, target)

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space left to write .*start again"):
        build(inputs, tmp_path / "c", validation_share=0.3)
    before = contents(tmp_path / "c")
    assert len(before) >= 6
    assert not [name for name in before if name.endswith(".writing")]
    with pytest.raises(ValueError, match="complete to be used.*interrupted"):
        ElectraCorpus(tmp_path / "c")
    calls.clear()
    monkeypatch.setattr(
        os, "replace", lambda *a: (calls.append(a[1].name), os_replace(*a))
    )
    build(inputs, tmp_path / "c", validation_share=0.3)
    assert contents(tmp_path / "c") == contents(folder)
    # Only finished blocks were kept, and all of these.
    finished = [name for name in before if name.startswith("block-")]
    assert finished and not set(finished) & set(calls)


def test_other_write_errors_are_not_taken_for_a_full_disk(tmp_path):
    with pytest.raises(OSError, match="No such file or directory"):
        atomic_file.write_file(tmp_path / "nowhere" / "a", b"")


def test_changed_text_is_read_anew(inputs, tmp_path):
    shutil.copytree(inputs, tmp_path / "texts")
    build(tmp_path / "texts", tmp_path / "c")
    path = tmp_path / "texts" / "a.txt"
    digest = "0" * 32
    atomic_file.write_json(shards.block_path(tmp_path, 0), {"digest": digest})
    assert shards.finished_block(tmp_path, 0, digest) == {"digest": digest}
    assert shards.finished_block(tmp_path, 0, "1") is None
    path.write_text(path.read_text() + "the\n")
    with pytest.raises(FileExistsError, match="other settings.*files="):
        build(tmp_path / "texts", tmp_path / "c")


# === Order ===
def test_any_example_any_time(folder):
    corpus = ElectraCorpus(folder)
    rows = all_ids(corpus)
    for index in (0, 1, len(corpus) - 1, -1):
        assert list(corpus[index]["token_ids"]) == list(rows[index])
    shuffled_rows = corpus.get_batch([5, 0, 5])["token_ids"]
    assert (shuffled_rows == rows[[5, 0, 5]]).all()
    for wrong in ([len(corpus)], [-1], [[0]]):
        with pytest.raises(IndexError, match="`indices` must be a list"):
            corpus.get_batch(wrong)
    with pytest.raises(IndexError, match="`indices` must be a list"):
        corpus[len(corpus)]
    assert repr(corpus).startswith("ElectraCorpus(")


@pytest.mark.parametrize("size", [1, 2, 3, 17, 1000])
def test_every_round_is_a_permutation(size):
    batches = CorpusBatches(range(size), size)
    first, second = batches.indices(0), batches.indices(1)
    assert sorted(first) == sorted(second) == list(range(size))
    if size > 3:
        assert list(first) != list(second)
        assert CorpusBatches(range(size), 1).indices(2)[0] == first[2]


def test_examples_go_everywhere():
    size = 10_000
    order = CorpusBatches(range(size), size, seed=1).indices(2)
    assert abs(np.corrcoef(order, np.arange(size))[0, 1]) < 0.05
    firsts = [
        CorpusBatches(range(size), 1, seed).indices(0)[0] for seed in range(400)
    ]
    assert len(set(np.array(firsts) * 10 // size)) == 10


def test_the_order_is_the_same_on_every_platform():
    batches = CorpusBatches(range(10), 10, seed=5)
    assert batches.indices(0).tolist() == ORDER[0]
    assert batches.indices(1).tolist() == ORDER[1]


def test_batches_depend_on_the_step_alone(folder):
    corpus = ElectraCorpus(folder)
    batches = corpus.batches(4, seed=3)
    steps = -(-len(corpus) // 4) + 1
    order = np.concatenate([batches.indices(step) for step in range(steps)])
    assert sorted(order[: len(corpus)]) == list(range(len(corpus)))
    later = corpus.batches(4, seed=3, first_step=5)
    assert (later[2]["token_ids"] == batches[7]["token_ids"]).all()
    halves = [
        corpus.batches(4, seed=3, replica=i, num_replicas=2).indices(6)
        for i in range(2)
    ]
    assert list(np.concatenate(halves)) == list(batches.indices(6))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"batch_size": 0}, "`batch_size` must be a positive integer"),
        ({"batch_size": 2, "first_step": -1}, "`first_step` must be an int"),
        ({"batch_size": 3, "num_replicas": 2}, "must be divisible by"),
        ({"batch_size": 2, "replica": 1}, "`replica` below it"),
    ],
)
def test_batches_refuse(folder, arguments, message):
    with pytest.raises(ValueError, match=message):
        ElectraCorpus(folder).batches(**arguments)


def test_fit_sees_the_batches_in_order(folder):
    import keras

    corpus = ElectraCorpus(folder)
    seen = []

    ids = keras.Input((LENGTH,), dtype="int32", name="token_ids")
    model = keras.Model({"token_ids": ids}, keras.layers.Embedding(99, 1)(ids))
    model.compile("sgd", lambda y_true, y_pred: y_pred)

    class Targets(type(corpus.batches(2))):
        def __getitem__(self, index):
            batch = super().__getitem__(index)
            seen.append((self.first_step + index, batch["token_ids"]))
            return {"token_ids": batch["token_ids"]}, batch["token_ids"]

    data = Targets(corpus, 2, seed=1, first_step=10)
    model.fit(data, epochs=2, steps_per_epoch=2, shuffle=False, verbose=0)
    steps = [step for step, _ in seen]
    start = steps[-1] - len(set(steps)) + 1
    assert start == 10
    assert [s for i, s in enumerate(steps) if s not in steps[:i]] == list(
        range(10, steps[-1] + 1)
    )


def test_feeds_grain(folder):
    import grain

    corpus = ElectraCorpus(folder)
    data = grain.MapDataset.source(corpus).batch(3)
    assert (data[1]["token_ids"] == all_ids(corpus)[3:6]).all()


def test_feeds_tf_data(folder):
    tf = pytest.importorskip("tensorflow")
    corpus = ElectraCorpus(folder)
    steps = len(corpus) // 3
    order = np.arange(steps * 3)
    data = tf.data.Dataset.from_generator(
        lambda: (corpus.get_batch(rows) for rows in np.split(order, steps)),
        output_signature={
            name: tf.TensorSpec((3, corpus.sequence_length), "int32")
            for name in corpus[0]
        },
    ).repeat()
    assert (next(iter(data))["token_ids"] == all_ids(corpus)[:3]).numpy().all()
    model = make()
    model.fit(data, steps_per_epoch=steps, shuffle=False, verbose=0)
    assert int(model.optimizer.iterations) == steps


def test_brings_its_tokenizer(folder):
    tokenizer = ElectraCorpus(folder).tokenizer()
    assert tokenizer.get_vocabulary() == tiny.VOCABULARY
    assert tokenizer.options.lowercase


# === Mistakes ===
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sequence_length": 7}, "`sequence_length` must be .* at least 8"),
        ({"sequence_length": 12.0}, "`sequence_length` must be an integer"),
        ({"processes": 0}, "`processes` must be a positive integer"),
        ({"validation_share": 1}, "`validation_share` must be at least 0"),
        (
            {"vocabulary": [p for p in tiny.VOCABULARY if p != "[MASK]"]},
            r"must hold every special token. Missing: \['\[MASK\]'\]",
        ),
        ({"lowercase": 3}, "`lowercase` must be True or False"),
    ],
)
def test_settings_refused(inputs, tmp_path, arguments, message):
    with pytest.raises(ValueError, match=message):
        build(inputs, tmp_path / "c", **arguments)
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.txt", b"", "A corpus needs text. Received: 1 files"),
        ("a.txt", b"\n \n", "A corpus needs text. Received: 1 files"),
        (
            "a.txt",
            b"the\nfo\xffx\n",
            r"UTF-8. .*a.txt, line 2: b'\\xff",
        ),
        ("a.pdf", b"the", r"must have a known extension. .*a.pdf.*\.jsonl"),
        ("a.gz", b"the", "A .gz file must be intact"),
        ("a.xz", b"the", "A .xz file must be intact"),
        ("a.jsonl", b'{"text": "a"}\n{"t": "b"}\n', "string `text`. .*line 2"),
        ("a.jsonl", b"[]\n", "string `text`. Received: .*line 1: '\\[\\]'"),
        ("a.jsonl", b"the fox\n", "object with a string `text`"),
    ],
)
def test_files_refused(name, content, message, tmp_path):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        build(path, tmp_path / "c")
    with pytest.raises((ValueError, FileNotFoundError)):
        ElectraCorpus(tmp_path / "c")


def test_missing_and_repeated_files(inputs, tmp_path):
    with pytest.raises(FileNotFoundError, match="existing files or folders"):
        build(tmp_path / "nowhere.txt", tmp_path / "c")
    with pytest.raises(FileNotFoundError, match="must contain a text file"):
        build(tmp_path, tmp_path / "c")
    path = inputs / "a.txt"
    with pytest.raises(ValueError, match="must not repeat a file"):
        build([path, path], tmp_path / "c")


def test_files_beside_the_texts_are_not_read(inputs, folder, tmp_path):
    mixed = shutil.copytree(inputs, tmp_path / "mixed")
    pieces = "\n".join(tiny.VOCABULARY)
    for name in ("vocab.txt", "README.txt", "License.txt", "pieces.txt"):
        (mixed / name).write_text(pieces)
    for name in ("texts.tar.gz", "table.csv.gz", "notes"):
        (mixed / name).write_bytes(gzip.compress(b"the"))
    build(mixed, tmp_path / "c", vocabulary=mixed / "pieces.txt")
    build(inputs, tmp_path / "d")
    found, expected = (
        {name: x for name, x in contents(tmp_path / c).items() if "." in name}
        for c in "cd"
    )
    assert found == expected
    # A file that is named is read, but for the vocabulary itself.
    named = [mixed / "pieces.txt", mixed / "README.txt"]
    built = build(named, tmp_path / "e", vocabulary=str(mixed / "pieces.txt"))
    assert [name for name, _ in built["files"]] == ["README.txt"]
    with pytest.raises(ValueError, match="must have a known extension.*tar"):
        build(mixed / "texts.tar.gz", tmp_path / "f")


def test_errors_come_out_of_other_processes(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"the\n\n" * 200 + b"\xff")
    with pytest.raises(ValueError, match="UTF-8. Received: .*line 401"):
        build(path, tmp_path / "c", processes=2)


def test_folders_refused(inputs, folder, tmp_path):
    with pytest.raises(FileExistsError, match="other settings.*seed=5 instead"):
        build(inputs, folder, validation_share=0.3, seed=5)
    (tmp_path / "mine").write_text("")
    with pytest.raises(FileExistsError, match="must be new, empty, or hold"):
        build(inputs, tmp_path)
    with pytest.raises(FileNotFoundError, match="`folder` must hold a corpus"):
        ElectraCorpus(tmp_path)
    with pytest.raises(ValueError, match="`split` must be one of"):
        ElectraCorpus(folder, "test")
    build(inputs, tmp_path / "c")
    with pytest.raises(ValueError, match="hold examples of the split 'valid"):
        ElectraCorpus(tmp_path / "c", "validation")


def test_broken_shards(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "c")
    path = tmp_path / "c" / "train-00000.tokens.npy"
    np.save(path, np.load(path)[:-1])
    with pytest.raises(ValueError, match="two files of a shard must match"):
        ElectraCorpus(tmp_path / "c")
    path.unlink()
    with pytest.raises(ValueError, match="shard of a corpus must be complete"):
        ElectraCorpus(tmp_path / "c")


def test_manifest_is_readable(folder):
    manifest = json.loads((folder / "corpus.json").read_text("utf-8"))
    assert manifest["vocabulary_size"] == len(tiny.VOCABULARY)
    assert len(manifest["vocabulary_checksum"]) == 32
    assert {"documents", "unknown_share"} <= set(manifest["statistics"])


def test_as_published_lets_short_lines_overtake():
    lines = [np.full(n, 9 + i, "int32") for i, n in enumerate([30, 50, 20, 30])]
    kept, moved = (
        [
            list(ids[1 : second - 1])
            for seed in range(40)
            for ids, second in builder(
                as_published=published, seed=seed
            ).add_document(lines)
        ]
        for published in (False, True)
    )
    overtaken = [9] * 30 + [11] * 20
    assert overtaken in moved and overtaken not in kept


def test_a_file_is_mended_and_the_build_goes_on(tmp_path):
    folder = tmp_path / "texts"
    folder.mkdir()
    texts.write(folder)
    good = build(folder, tmp_path / "good", block_bytes=500)
    last = folder / "a.txt"
    content = last.read_bytes()
    last.write_bytes(content + b"\xff\n")
    with pytest.raises(ValueError, match="must be UTF-8"):
        build(folder, tmp_path / "corpus", block_bytes=500)
    last.write_bytes(content)
    mended = build(folder, tmp_path / "corpus", block_bytes=500)
    assert mended["shards"] == good["shards"]
    assert contents(tmp_path / "corpus") == contents(tmp_path / "good")


def test_a_folder_with_the_name_of_a_file(tmp_path):
    folder = tmp_path / "texts"
    (folder / "more.txt").mkdir(parents=True)
    texts.write(folder)
    assert build(folder, tmp_path / "corpus")["complete"]
