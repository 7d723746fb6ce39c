"""`keras-electra classify`."""

from keras_electra.cli.environment import quiet_imports
from keras_electra.cli.parameters import load_options
from keras_electra.cli.progress import progress_bar
from keras_electra.cli.row_writer import row_writer
from keras_electra.cli.text_input import input_size, read_texts


def classify_texts(
    texts, file, pair, preset, output_format, top_k, batch_size, ignore=None
):
    """Prints the labels of each text, in the order of the input.

    Args:
        texts: list of strings, or `None` to read lines.
        file: `pathlib.Path`, or `None` for standard input.
        pair: bool. Whether each text is a pair.
        preset: string. Where the classifier comes from.
        output_format: `OutputFormat`.
        top_k: int. Labels for each text; rows as many.
        batch_size: int. Texts in one step of the model.
        ignore: list of strings, or `None`. What does not matter in the preset.

    Raises:
        ValueError: if the preset or the input is not what it should be.
    """
    with quiet_imports():
        from keras_electra import ElectraTextClassifier

    classifier = ElectraTextClassifier.from_preset(
        preset, **load_options(ignore)
    )
    names = [str(name) for name in classifier.class_names or ()]
    columns = {"label": max(map(len, [*names, "label"])), "score": 6}
    columns |= {"text": 40, "text_pair": None} if pair else {"text": None}
    write = row_writer(output_format, columns)
    with progress_bar(None if texts else input_size(file)) as advance:
        for firsts, seconds in read_texts(texts, file, pair, advance):
            inputs = firsts if seconds is None else (firsts, seconds)
            results = classifier.classify(
                inputs, top_k=top_k, batch_size=batch_size
            )
            sides = [firsts] if seconds is None else [firsts, seconds]
            write(list(_rows(results, zip(*sides, strict=True))))


def _rows(results, inputs):
    for found, given in zip(results, inputs, strict=True):
        # More than one label is a list of them.
        for one in found if isinstance(found, list) else [found]:
            text = dict(zip(("text", "text_pair"), given, strict=False))
            yield {"label": one["label"], "score": one["score"], **text}
