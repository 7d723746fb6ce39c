"""Names, hubs and folders. The hubs are made up; see the end for live ones."""

import hashlib
import json
import shutil

import numpy as np
import pytest

from keras_electra import ElectraTextClassifier, hubs, presets
from tests import tiny
from tests.converters.checkpoints import GOLDEN, arrays, copy

HUGGINGFACE = GOLDEN / "hf" / "discriminator"
GOOGLE = [
    f"hf://google/electra-{size}-{half}"
    for size in ("small", "base", "large")
    for half in ("discriminator", "generator")
]


# === Names ===
def test_known_presets():
    known = [p for p in presets.list_presets() if not p.bundled]
    handles = {preset.where for preset in known}
    assert handles >= set(GOOGLE)
    assert len(handles) == len(known)
    for preset in known:
        scheme, _, handle = preset.where.partition("://")
        assert scheme == "hf" and handle.count("/") == 1
        assert preset.language and preset.description


def test_settings_are_arguments_of_the_tokenizer():
    import inspect

    from keras_electra import ElectraTokenizer

    taken = inspect.signature(ElectraTokenizer).parameters
    for preset in presets.list_presets():
        assert set(preset.settings) <= set(taken)


def test_a_known_name_downloads(monkeypatch):
    asked = []

    def download(handle, weights):
        asked.append(handle)
        return str(HUGGINGFACE)

    monkeypatch.setattr(hubs, "download_huggingface", download)
    source = presets.resolve("koelectra_base_v3_discriminator_ko")
    assert asked == ["monologg/koelectra-base-v3-discriminator"]
    assert source.folder == HUGGINGFACE
    assert source.kind == "huggingface"
    assert source.name == "koelectra_base_v3_discriminator_ko"
    assert source.settings == {"lowercase": False}


def test_a_bundled_name(monkeypatch, tmp_path):
    shutil.copytree(HUGGINGFACE, tmp_path / "tiny")
    (tmp_path / "tiny" / "metadata.json").write_text(
        json.dumps({"language": "English", "description": "Tiny."})
    )
    (tmp_path / "known.json").write_text("{}")
    monkeypatch.setattr(presets, "_presets_folder", lambda: tmp_path)
    (preset,) = presets.list_presets()
    assert preset.bundled
    assert (preset.name, preset.language) == ("tiny", "English")
    assert presets.resolve("tiny").folder == tmp_path / "tiny"


def test_presets_of_a_wheel(monkeypatch, tmp_path):
    monkeypatch.setattr(presets, "_PACKAGE", tmp_path)
    assert presets._presets_folder() == tmp_path.parent / "presets"
    (tmp_path / "bundled").mkdir()
    assert presets._presets_folder() == tmp_path / "bundled"


def test_metadata_of_another_preset_can_be_passed_on(tmp_path):
    """Checksums and what else saving writes are those of the new preset."""
    old, new = tmp_path / "old", tmp_path / "new"
    task = ElectraTextClassifier(tiny.backbone(), num_classes=2)
    task.save_to_preset(old, metadata={"language": "English"})
    for weight in task.weights:
        weight.assign(weight + 1)
    about = json.loads((old / "metadata.json").read_text("utf-8"))
    about["task_class"] = "ElectraMaskedLM"
    task.save_to_preset(new, metadata=about)
    written = json.loads((new / "metadata.json").read_text("utf-8"))
    assert written["language"] == "English"
    assert written["task_class"] == "ElectraTextClassifier"
    for name, checksum in written["weights_sha256"].items():
        content = (new / name).read_bytes()
        assert checksum == hashlib.sha256(content).hexdigest()
        assert checksum != about["weights_sha256"][name]
    again = arrays(type(task).from_preset(new))
    for path, array in arrays(task).items():
        np.testing.assert_array_equal(array, again[path])


# === Folders ===
def test_kinds(tmp_path):
    assert presets.resolve(HUGGINGFACE).kind == "huggingface"
    assert presets.resolve(str(GOLDEN / "tf1_small")).kind == "original"
    config = tmp_path / "config.json"
    config.write_text('{"registered_name": "keras_electra>ElectraBackbone"}')
    assert presets.resolve(tmp_path).kind == "keras"
    config.write_text('{"registered_name": "mine>MyBackbone"}')
    assert presets.resolve(tmp_path).kind == "keras"
    config.write_text('{"registered_name": "keras_hub>ElectraBackbone"}')
    assert presets.resolve(tmp_path).kind == "keras_hub"


@pytest.mark.parametrize("name", ["tokenizer.json", "preprocessor.json"])
def test_a_preset_of_a_part(tmp_path, name):
    (tmp_path / name).write_text('{"registered_name": "keras_electra>X"}')
    assert presets.resolve(tmp_path).kind == "keras"


def test_home(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    copy("backbone", tmp_path)
    assert presets.resolve("~").folder == tmp_path


@pytest.mark.parametrize(
    ("source", "hint"),
    [
        ("nowhere", "no preset and no folder 'nowhere'"),
        (
            "electra_small_discriminator_uncased",
            "Did you mean 'electra_small_discriminator_uncased_en'",
        ),
        (
            "google/electra-small-discriminator",
            "'hf://google/electra-small-discriminator'",
        ),
        ("./nowhere/x", "keras-electra presets"),
    ],
)
def test_no_such_folder(source, hint):
    with pytest.raises(FileNotFoundError, match=hint):
        presets.resolve(source)


@pytest.mark.parametrize("source", [None, 3, ["x"]])
def test_no_string(source):
    with pytest.raises(TypeError, match="must be the name of one"):
        presets.resolve(source)


def test_a_file_instead_of_its_folder():
    with pytest.raises(ValueError, match="not a file in it"):
        presets.resolve(HUGGINGFACE / "config.json")


def test_an_unknown_hub():
    with pytest.raises(ValueError, match="must start with `hf://`"):
        presets.resolve("s3://bucket/model")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "must hold `config.json`, or a checkpoint"),
        ("{", "must be valid JSON"),
        ("[]", "must hold a JSON object"),
        ("{}", "must be written by Keras"),
        ("[" * 100_000, "must be valid JSON"),
        (
            '{"registered_name": "keras_hub>BertBackbone"}',
            "must hold an ELECTRA.*BertBackbone",
        ),
    ],
)
def test_no_model_in_the_folder(tmp_path, content, message):
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(ValueError, match=message):
        presets.resolve(tmp_path)


@pytest.mark.parametrize(
    "name", ["../weights.h5", "/weights.h5", "a/b.h5", "..\\w.h5", ".."]
)
def test_weights_outside_the_folder(tmp_path, name):
    (tmp_path / "config.json").write_text('{"registered_name": "x>Y"}')
    (tmp_path / "model.weights.json").write_text(
        json.dumps({"weight_map": {"/layers/a": ["ok.weights.h5", name]}})
    )
    with pytest.raises(ValueError, match="name files in its own folder"):
        presets.resolve(tmp_path)


def test_a_preset_with_code_in_it_does_not_run(tmp_path):
    """Keras' safe mode stays on."""
    import keras

    from keras_electra import ElectraBackbone
    from tests import tiny

    folder = tmp_path / "preset"
    tiny.backbone().save_to_preset(folder)
    inputs = keras.Input((2,))
    model = keras.Model(
        inputs, keras.layers.Lambda(lambda x: x, name="code")(inputs)
    )
    config = keras.saving.serialize_keras_object(model)
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises((ValueError, TypeError)):
        ElectraBackbone.from_preset(folder)


# === Hubs ===
class FakeHub:
    """The Hugging Face Hub, of one repository."""

    def __init__(self, monkeypatch, files, folder=HUGGINGFACE):
        import huggingface_hub

        self.files, self.folder, self.patterns = files, folder, None
        monkeypatch.setattr(huggingface_hub, "list_repo_files", self.list)
        monkeypatch.setattr(huggingface_hub, "snapshot_download", self.load)

    def list(self, name, revision=None):
        self.name, self.revision = name, revision
        if isinstance(self.files, Exception):
            raise self.files
        return self.files

    def load(self, name, revision=None, allow_patterns=None, **kwargs):
        self.patterns = allow_patterns
        self.kwargs = kwargs
        if isinstance(self.folder, Exception):
            raise self.folder
        return str(self.folder)


EVERY = [
    "README.md",
    "config.json",
    "vocab.txt",
    "flax_model.msgpack",
    "pytorch_model.bin",
    "tf_model.h5",
    "rust_model.ot",
]


@pytest.mark.parametrize(
    ("files", "weights"),
    [
        ([*EVERY, "model.safetensors"], ["model.safetensors"]),
        (
            [*EVERY, "model.safetensors.index.json"],
            ["model.safetensors.index.json", "model-*.safetensors"],
        ),
        (EVERY, ["tf_model.h5"]),
        (EVERY[:5], ["flax_model.msgpack"]),
        (["pytorch_model.bin"], ["pytorch_model.bin"]),
        (
            ["pytorch_model.bin.index.json"],
            ["pytorch_model.bin.index.json", "pytorch_model-*.bin"],
        ),
    ],
)
def test_one_format_is_downloaded(monkeypatch, files, weights):
    hub = FakeHub(monkeypatch, files)
    assert presets.resolve("hf://org/name").folder == HUGGINGFACE
    assert hub.patterns[-len(weights) :] == weights
    every = ["model.safetensors", "tf_model.h5", "pytorch_model.bin"]
    others = [name for name in every if name not in weights]
    assert not set(others) & set(hub.patterns)
    assert {"config.json", "vocab.txt"} <= set(hub.patterns)


def test_a_tokenizer_downloads_no_weights(monkeypatch):
    hub = FakeHub(monkeypatch, EVERY)
    presets.resolve("hf://org/name", weights=False)
    assert "vocab.txt" in hub.patterns and "tf_model.h5" not in hub.patterns
    hub = FakeHub(monkeypatch, ["config.json", "model.weights.h5"])
    presets.resolve("hf://org/name", weights=False)
    assert "assets/tokenizer/*" in hub.patterns
    assert "model.weights.h5" not in hub.patterns


def test_a_repository_of_a_tokenizer(monkeypatch):
    hub = FakeHub(monkeypatch, ["vocab.txt", "tokenizer_config.json"])
    presets.resolve("hf://org/name", weights=False)
    assert "vocab.txt" in hub.patterns
    with pytest.raises(ValueError, match="must hold weights in one of"):
        presets.resolve("hf://org/name")


def test_other_repositories(monkeypatch):
    hub = FakeHub(monkeypatch, ["config.json", "model.weights.h5"])
    hubs.download_huggingface("org/name@v1")
    assert hub.revision == "v1"
    assert "task.weights.h5" in hub.patterns
    hub = FakeHub(monkeypatch, ["model.ckpt.index", "model.ckpt.data-0"])
    hubs.download_huggingface("org/name")
    assert "*.index" in hub.patterns


def test_a_repository_without_weights(monkeypatch):
    FakeHub(monkeypatch, ["README.md"])
    with pytest.raises(ValueError, match="must hold weights in one of model"):
        presets.resolve("hf://org/name")


@pytest.mark.parametrize(
    "handle", ["name", "org/name/x", "org/na me", "../name", "", "org/.."]
)
def test_malformed_handles(handle):
    with pytest.raises(ValueError, match="`hf://org/name`"):
        presets.resolve(f"hf://{handle}")


def test_no_such_repository(monkeypatch):
    from huggingface_hub import errors

    # Its constructor wants the response of a server.
    missing = errors.RepositoryNotFoundError.__new__(
        errors.RepositoryNotFoundError
    )
    FakeHub(monkeypatch, missing)
    with pytest.raises(FileNotFoundError, match="must be a public repository"):
        presets.resolve("hf://org/name")


def test_no_connection(monkeypatch):
    from huggingface_hub import errors

    no_route = errors.HfHubHTTPError.__bases__[0]("no route")
    hub = FakeHub(monkeypatch, no_route)
    assert presets.resolve("hf://org/name").folder == HUGGINGFACE
    assert hub.kwargs == {"local_files_only": True}
    FakeHub(
        monkeypatch,
        errors.OfflineModeIsEnabled("offline"),
        errors.LocalEntryNotFoundError("not here"),
    )
    with pytest.raises(FileNotFoundError, match="not downloaded before"):
        presets.resolve("hf://org/name")


def test_kaggle(monkeypatch):
    import kagglehub

    asked = []

    def download(handle):
        asked.append(handle)
        return str(HUGGINGFACE)

    monkeypatch.setattr(kagglehub, "model_download", download)
    handle = "keras/electra/keras/electra_small_discriminator_uncased_en"
    assert presets.resolve(f"kaggle://{handle}").folder == HUGGINGFACE
    assert presets.resolve(f"kaggle://{handle}/2").kind == "huggingface"
    assert asked == [handle, f"{handle}/2"]
    with pytest.raises(ValueError, match="`kaggle://owner/model"):
        presets.resolve("kaggle://keras/electra")


@pytest.mark.network
def test_google_small_finds_the_fake():
    from keras_electra import ElectraReplacedTokenDetector

    detector = ElectraReplacedTokenDetector.from_preset(
        "electra_small_discriminator_uncased_en"
    )
    tokens = detector.detect("the quick brown fox fake over the lazy dog")
    replaced = [row["token"] for row in tokens if row["replaced"] > 0.5]
    assert replaced == ["fake"]


@pytest.mark.network
@pytest.mark.parametrize(
    "name", [p.name for p in presets.list_presets() if not p.bundled]
)
def test_known_repositories_are_there(name):
    import huggingface_hub

    (preset,) = [p for p in presets.list_presets() if p.name == name]
    handle = preset.where.removeprefix("hf://")
    files = huggingface_hub.list_repo_files(handle)
    assert hubs._wanted(files, handle, True)
