import errno
import os
import pathlib

import pytest

from keras_electra.atomic_folder import replace_folder


def write(content):
    def write_to(folder):
        (folder / "config.json").write_text(content)
        (folder / "assets").mkdir()
        (folder / "assets" / "vocabulary.txt").write_text(content)

    return write_to


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


OLD = {"config.json": "old", "assets/vocabulary.txt": "old"}
NEW = {"config.json": "new", "assets/vocabulary.txt": "new"}


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


def test_a_folder_of_other_things_is_refused(tmp_path):
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(ValueError, match="other things: holiday.jpg"):
        replace_folder(write("new"), tmp_path)
    assert (tmp_path / "holiday.jpg").exists()


def test_the_current_folder_is_refused(target, monkeypatch):
    monkeypatch.chdir(target)
    for folder in (".", ".."):
        with pytest.raises(ValueError, match="not be the current folder"):
            replace_folder(write("new"), folder)
    assert files(target) == OLD
