"""Every row of the guide's table, executed against the real library."""

import pathlib
import runpy

import pytest

GUIDE = pathlib.Path(__file__).parents[1] / "guides"
GUIDE = runpy.run_path(str(GUIDE / "coming_from_transformers.py"))


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    return GUIDE["write_models"](tmp_path_factory.mktemp("models"))


@pytest.mark.parametrize(
    "theirs, ours",
    [row[1:] for row in GUIDE["TABLE"]],
    ids=[row[0] for row in GUIDE["TABLE"]],
)
def test_both_columns_give_the_same(folders, theirs, ours):
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    expected = GUIDE["evaluate"](theirs, {**GUIDE["their_names"](), **folders})
    result = GUIDE["evaluate"](ours, {**GUIDE["our_names"](), **folders})
    assert len(expected)  # Two empty lists would be equal as well.
    assert GUIDE["difference"](expected, result) < 5e-5
