import errno
import os
import pathlib

import pytest

from keras_electra.atomic_folder import replace_folder


def write(content):
    def write_to(folder):
        (folder / "config.json").write_text(content)
        (folder / "assets" / "tokenizer").mkdir(parents=True)
        vocabulary = folder / "assets" / "tokenizer" / "vocabulary.txt"
        vocabulary.write_text(content)

    return write_to


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


VOCABULARY = "assets/tokenizer/vocabulary.txt"
OLD = {"config.json": "old", VOCABULARY: "old"}
NEW = {"config.json": "new", VOCABULARY: "new"}


@pytest.fixture
def target(tmp_path):
    target = tmp_path / "preset"
    replace_folder(write("old"), target)
    return target


def test_a_new_folder_with_its_parents(tmp_path):
    target = replace_folder(write("new"), str(tmp_path / "a" / "b"))
    assert target == tmp_path / "a" / "b"
    assert files(target) == NEW
    assert os.listdir(target.parent) == ["b"]


def test_a_failure_leaves_no_parents(tmp_path):
    def fail(folder):
        raise KeyboardInterrupt

    (tmp_path / "a").mkdir()
    with pytest.raises(KeyboardInterrupt):
        replace_folder(fail, tmp_path / "a" / "b" / "c" / "d")
    assert os.listdir(tmp_path) == ["a"]
    assert os.listdir(tmp_path / "a") == []


def test_the_rights_of_a_normal_folder(tmp_path):
    (tmp_path / "normal").mkdir()
    target = replace_folder(write("new"), tmp_path / "out")
    assert target.stat().st_mode == (tmp_path / "normal").stat().st_mode
    target.chmod(0o750)
    replace_folder(write("new"), target)
    assert target.stat().st_mode & 0o777 == 0o750


def test_an_old_folder_is_replaced(target):
    (target / "task.json").write_text("of another save")
    (target / "README.md").write_text("mine")
    (target / ".git").mkdir()
    replace_folder(write("new"), target)
    assert files(target) == {**NEW, "README.md": "mine"}
    assert (target / ".git").is_dir()
    assert os.listdir(target.parent) == ["preset"]


def test_parts_of_a_preset_are_saved_one_by_one(tmp_path):
    """First a task, then another backbone, then another tokenizer."""
    target = tmp_path / "preset"

    def save(*names, **kwargs):
        def write(folder):
            for name in names:
                (folder / name).write_text("")

        replace_folder(write, target, **kwargs)
        return sorted(os.listdir(target))

    task = ["config.json", "model.weights.h5", "task.json", "task.weights.h5"]
    text = ["preprocessor.json", "tokenizer.json"]
    assert save(*task, *text) == sorted(task + text)
    assert save(*task[:2]) == sorted(task[:2] + text)
    assert save("tokenizer.json") == sorted([*task[:2], "tokenizer.json"])
    (target / "notes.txt").touch()
    assert save("config.json", "model.safetensors", whole=True) == [
        "config.json",
        "model.safetensors",
        "notes.txt",
    ]


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "out").mkdir()
    assert files(replace_folder(write("new"), tmp_path / "out")) == NEW


@pytest.mark.parametrize(
    "error", [RuntimeError("no"), KeyboardInterrupt(), OSError("no")]
)
def test_interrupted(target, error):
    def fail(folder):
        write("new")(folder)
        raise error

    with pytest.raises(type(error)):
        replace_folder(fail, target)
    assert files(target) == OLD
    assert os.listdir(target.parent) == ["preset"]


def test_a_full_disk(target):
    def fail(folder):
        write("new")(folder)
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="what was there before is unchanged"):
        replace_folder(fail, target)
    assert files(target) == OLD


def test_moving_into_place_fails(target, monkeypatch):
    """The old folder is back where it was."""
    rename = pathlib.Path.rename

    def refuse(path, to):
        if ".saving-" in path.name:
            raise OSError(errno.EIO, "broken disk")
        return rename(path, to)

    monkeypatch.setattr(pathlib.Path, "rename", refuse)
    with pytest.raises(OSError, match="broken disk"):
        replace_folder(write("new"), target)
    assert files(target) == OLD


def test_a_save_inside_a_save(target):
    """A task saves its backbone into the folder it is being saved to."""

    def outer(folder):
        (folder / "task.json").write_text("new")
        replace_folder(write("new"), str(folder))

    replace_folder(outer, target)
    assert files(target) == {**NEW, "task.json": "new"}


def test_a_link_stays_a_link(target, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(target)
    replace_folder(write("new"), link)
    assert link.is_symlink()
    assert files(target) == NEW


def test_a_file_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match="Received a file"):
        replace_folder(write("new"), tmp_path / "file")


def test_what_is_the_owners_stays(tmp_path):
    target = tmp_path / "out"
    (target / "logs").mkdir(parents=True)
    (target / "logs" / "today").touch()
    replace_folder(write("new"), target)
    assert files(target) == {**NEW, "logs/today": ""}


def test_assets_of_something_else_are_refused(tmp_path):
    (tmp_path / "assets" / "images").mkdir(parents=True)
    with pytest.raises(ValueError, match="`assets` of something else"):
        replace_folder(write("new"), tmp_path)
    assert (tmp_path / "assets" / "images").is_dir()


def test_the_current_folder_is_refused(target, monkeypatch):
    monkeypatch.chdir(target)
    for folder in (".", ".."):
        with pytest.raises(ValueError, match="not be the current folder"):
            replace_folder(write("new"), folder)
    assert files(target) == OLD
