from keras_electra import ElectraCorpus
from tests import tiny
from tests.pretraining import texts


def test_builds_a_corpus(cli, tmp_path):
    texts.write(tmp_path / "texts")
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join(tiny.VOCABULARY))
    arguments = [
        "build-corpus", str(tmp_path / "texts"), "-o", str(tmp_path / "c"),
        "--vocabulary", str(vocabulary), "--length", "16", "--processes", "1",
    ]  # fmt: skip
    result = cli(*arguments)
    assert result.exit_code == 0, result.stderr
    assert result.stdout == ""
    count = len(ElectraCorpus(tmp_path / "c"))
    assert "12 documents" in result.stderr
    assert f"{count} examples to train on, 0 to validate on" in result.stderr
    again = cli(*arguments, "--cased")
    assert again.exit_code == 1
    assert again.stderr.startswith("error: The folder ")
    assert again.stderr.count("\n") == 1
