import json
import pathlib

GOLDEN = pathlib.Path(__file__).parents[1] / "golden"
CLASSIFIER = str(GOLDEN / "hf" / "text_classification")


def test_says_what_a_checkpoint_holds(cli):
    result = cli("inspect", CLASSIFIER)
    assert result.exit_code == 0, result.stderr
    lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
    assert "format: Hugging Face (model.safetensors)" in lines
    assert "heads: ElectraTextClassifier" in lines
    assert "hidden_dim 32" in lines
    assert "lowercase True" in lines
    assert "ElectraTextClassifier: complete" in lines
    detector = lines.index("ElectraReplacedTokenDetector: incomplete")
    assert lines[detector + 1] == (
        "missing discriminator_predictions.dense.bias, "
        "discriminator_predictions.dense.weight and 2 more"
    )
    assert lines[detector + 2].startswith("unused classifier.dense.bias, ")


def test_json_leaves_nothing_out(cli):
    result = cli("inspect", "--json", CLASSIFIER)
    content = json.loads(result.stdout)
    assert content["heads"] == ["ElectraTextClassifier"]
    assert len(content["missing"]["ElectraReplacedTokenDetector"]) == 4


def test_tower_of_a_2020_checkpoint(cli):
    folder = str(GOLDEN / "tf1_small")
    generator = cli("inspect", folder, "--tower", "generator", "--json")
    assert "ElectraMaskedLM" in json.loads(generator.stdout)["heads"]
    both = cli("inspect", folder)
    assert "heads:       ElectraReplacedTokenDetector\n" in both.stdout
    assert "more: belongs to the other half, the generator" in both.stdout


def test_broken_source_is_one_line(cli, tmp_path):
    (tmp_path / "config.json").write_text("{")
    result = cli("inspect", str(tmp_path))
    assert result.exit_code == 1
    assert result.stderr.startswith("error: `config.json` must be valid JSON")
    assert result.stderr.count("\n") == 1


def test_options_for_checkpoints_of_other_projects(cli):
    result = cli("inspect", "electra_mini_sentiment_en", "--num-heads", "2")
    assert result.exit_code == 1
    assert "a checkpoint of another project" in result.stderr
    assert "Received: num_heads=2 for " in result.stderr
