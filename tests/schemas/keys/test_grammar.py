import pytest

from schemas.keys.grammar import PARTS, ArtifactKind, KeyGrammarError
from schemas.keys.layout import RawKey
from tests.schemas.examples import KEY


@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("run_id", "01HQVZ3K9X1234567890ABCDEF"),
        ("run_id", "0" * 26),
        ("run_id", "Z" * 26),
        ("model", "a"),
        ("model", "0"),
        ("model", "gpt-4-turbo"),
        ("model", "claude-3.5-sonnet"),
        ("model", "a" * 64),
        ("phase", "P0"),
        ("phase", "P3"),
        ("name", "soc"),
        ("name", "socratic-v2-long"),
        ("version", "1"),
        ("version", "1.2.3"),
        ("version", "20251105"),
        ("digest", "a7f3e9c2"),
        ("manifest_id", "manifest_20251105_a7f3e9c2"),
        ("golden_set", "golden_set_v12"),
        ("export_id", "half_life.2025-W45"),
    ],
)
def test_a_good_part_is_accepted(part: str, text: str) -> None:
    assert PARTS[part](text) == text


@pytest.mark.parametrize(
    ("part", "text"),
    [
        *[("run_id", "0" * 25 + letter) for letter in "ILOUa-\n \u0660"],
        ("run_id", "0" * 25),
        ("run_id", "0" * 27),
        ("run_id", ""),
        *[("model", f"gpt{mark}4") for mark in "/:+ %_\n\t@=,\u00e9\u0661"],
        *[("model", text) for text in ("", "-a", ".a", "..", "GPT-4", "Gpt", "a" * 65, "gpt-4\n")],
        *[("phase", text) for text in ("", "p0", "P4", "P", "P00", "P0\n", "P\u0660")],
        *[("name", text) for text in ("", "-a", "a-", "a--b", "Soc", "a_b", "a.b", "a\n")],
        *[("version", text) for text in ("", "v1", "1.", ".1", "1.2.3.4", "1-2", "1.2\n", "\u0661")],
        *[("digest", text) for text in ("", "a7f3e9c", "a7f3e9c22", "A7F3E9C2", "a7f3e9cg", "a7f3e9c2\n")],
        *[("extension", text) for text in ("", "JSON", "json\n", "jsonl", "csv")],
        ("manifest_id", "manifest_2025110_a7f3e9c2"),
        ("manifest_id", "manifest_20251105_A7F3E9C2"),
        ("manifest_id", "manifest_20251105_a7f3e9c2\n"),
        ("manifest_id", "manifest_2025110\u0665_a7f3e9c2"),
        *[("golden_set", text) for text in ("golden_set_v", "golden_set_v1\n", "golden_set_v\u0661", "v1")],
        *[("export_id", text) for text in ("", ".a", "_a", "-a", "a b", "a/b", "a" * 129, "a\n", "\u00e9")],
    ],
)
def test_a_bad_part_is_refused_with_what_was_expected(part: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"^expected "):
        PARTS[part](text)


@pytest.mark.parametrize(
    ("kind", "extension"),
    [
        (ArtifactKind.SEEDS, "json"),
        (ArtifactKind.RUBRIC, "json"),
        (ArtifactKind.PHASES, "json"),
        (ArtifactKind.SYSTEM_PROMPT, "txt"),
        (ArtifactKind.JUDGE_PROMPT, "txt"),
    ],
)
def test_prompts_are_text_and_other_artifacts_json(kind: ArtifactKind, extension: str) -> None:
    assert kind.extension == extension


def test_a_key_with_a_bad_part_cannot_be_built() -> None:
    with pytest.raises(KeyGrammarError, match="model 'GPT-4': expected a model id") as caught:
        RawKey(dt=KEY.dt, model="GPT-4", phase=KEY.phase, run_id=KEY.run_id)
    assert caught.value.part == "model"
