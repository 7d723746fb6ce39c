"""One function reads tags, for training, scores and entities alike."""

import pytest

from keras_electra.text.label_alignment import continued
from keras_electra.text.tag_scheme import read_tags

# Letters of a scheme for: begin, inside, end, single.
SCHEMES = {
    "IOB2": "BIIB",
    "BIOES": "BIES",
    "BILOU": "BILU",
    "BMES": "BMES",
    "BMEW": "BMEW",
}
FORMS = ["{0}-{1}", "{1}-{0}", "{0}_{1}", "{1}_{0}"]
KINDS = ["PER", "GEO-POLITICAL", "X_1"]


def write_tags(spans, length, scheme, form):
    """Tags of `(start, end, kind)`, as a data set in this scheme has them."""
    letters, row = SCHEMES[scheme], ["O"] * length
    for start, end, kind in spans:
        where = letters[1] * (end - start)
        where = letters[0] + where[2:] + letters[2]
        where = where if end - start > 1 else letters[3]
        row[start:end] = [form.format(letter, kind) for letter in where]
    return row


def random_spans(rng, length=12):
    spans, at = [], 0
    while at < length:
        end = min(length, at + rng.randint(1, 3))
        if rng.random() < 0.7:
            spans.append((at, end, rng.choice(KINDS)))
        at = end
    return spans


def all_names(scheme, form):
    letters = dict.fromkeys(SCHEMES[scheme])
    return ["O"] + [form.format(x, kind) for kind in KINDS for x in letters]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_positions_and_kinds(scheme, form):
    places, kinds = read_tags(all_names(scheme, form))
    letters = list(dict.fromkeys(SCHEMES[scheme]))
    place = dict(zip(SCHEMES["BIOES"], SCHEMES["BIOES"], strict=True))
    place |= {"M": "I", "L": "E", "U": "S", "W": "S"}
    assert places == ["I", *[place[x] for x in letters] * len(KINDS)]
    assert kinds == ["O", *(kind for kind in KINDS for _ in letters)]


@pytest.mark.parametrize(
    ("names", "places", "kinds"),
    [
        # Transformers reads these three so too.
        (["O", "B-PER", "MISC"], "IBI", ["O", "PER", "MISC"]),
        (["LABEL_0", "LABEL_1"], "II", ["LABEL_0", "LABEL_1"]),
        (["B-TYPE-I", "I-TYPE-I"], "BI", ["TYPE-I", "TYPE-I"]),
        (["O", "B", "I"], "IBI", ["O", "ENTITY", "ENTITY"]),
        (["O", "PER-B", "PER-I", "X"], "IBII", ["O", "PER", "PER", "X"]),
        # No schemes: names of classes that end or begin with a letter.
        (["GRADE-A", "GRADE-B"], "II", ["GRADE-A", "GRADE-B"]),
        (["O", "E-MAIL", "PHONE"], "III", ["O", "E-MAIL", "PHONE"]),
        (
            ["O", "B-PER", "I-PER", "E-MAIL"],
            "IBII",
            ["O", "PER", "PER", "E-MAIL"],
        ),
        (["O", "B-PER", "S-CLASS"], "IBI", ["O", "PER", "S-CLASS"]),
        (["O", "PER-B", "PER-I", "X-L"], "IBII", ["O", "PER", "PER", "X-L"]),
        # Of some kinds a data set may hold single tokens only.
        (["O", "B-PER", "E-PER", "S-LOC"], "IBES", ["O", "PER", "PER", "LOC"]),
        (["U-LOC", "B-X", "L-X", "W-O"], "SBES", ["LOC", "X", "X", "O"]),
        (["A", "B", "AB", "O"], "IIII", ["A", "B", "AB", "O"]),
        (["TYPE-I", "TYPE-II"], "II", ["TYPE-I", "TYPE-II"]),
        (["NP-TMP", "PP-TMP"], "II", ["NP-TMP", "PP-TMP"]),
        ([], "", []),
    ],
)
def test_names_as_they_come(names, places, kinds):
    assert read_tags(names) == (list(places), kinds)


@pytest.mark.parametrize(
    "names",
    [
        ["O", "B-PER", "PER-I"],
        ["O", "B-PER", "I_PER"],
        ["O", "PER-B", "PER-I", "B"],
        ["O", "B-PER", "I"],
    ],
)
def test_mixed_schemes_are_refused(names):
    with pytest.raises(ValueError, match="must follow one tag scheme.*beside"):
        read_tags(names)


def test_further_pieces_in_every_scheme():
    names = ["O", "PER-B", "PER-I", "LOC-B"]
    assert continued(names).tolist() == [0, 2, 2, 3]
    names = ["O", "S-PER", "B-PER", "M-PER", "E-PER"]
    assert continued(names).tolist() == [0, 1, 3, 3, 4]
