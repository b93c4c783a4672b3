import re
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import example, given, settings, strategies as st

from schemas.keys import layout
from schemas.keys.grammar import (
    ArtifactKind,
    CuratedFile,
    CuratedTable,
    Key,
    KeyGrammarError,
    PartFile,
    Phase,
    PlanFile,
)
from schemas.keys.layout import (
    ArtifactKey,
    CalibrationResultKey,
    CuratedKey,
    ErasureKey,
    ExportKey,
    GoldenSetKey,
    ManifestKey,
    ModelsKey,
    PartKey,
    PlanKey,
    QueryResultKey,
    RawKey,
    ReportKey,
    ScoreKey,
    SymlinkKey,
)
from schemas.keys.weeks import Week

DATES = st.dates(max_value=date(9999, 12, 26))
WEEKS = DATES.map(Week.of)
HEX8 = st.text("0123456789abcdef", min_size=8, max_size=8)
HEX64 = st.text("0123456789abcdef", min_size=64, max_size=64)
RUN_IDS = st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=26, max_size=26)
MODELS = st.from_regex(r"[a-z0-9][a-z0-9.-]{0,63}", fullmatch=True)
NAMES = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+)*", fullmatch=True)
VERSIONS = st.from_regex(r"[0-9]+(\.[0-9]+){0,2}", fullmatch=True)
COMPACT_DATES = DATES.map(lambda day: day.isoformat().replace("-", ""))

FIXED_NAMES = {ArtifactKind.SEEDS: "seeds", ArtifactKind.RUBRIC: "rubric", ArtifactKind.PHASES: "phases"}


def artifacts(kind: ArtifactKind) -> st.SearchStrategy[ArtifactKey]:
    names = st.just(FIXED_NAMES[kind]) if kind in FIXED_NAMES else NAMES
    versions = COMPACT_DATES if kind is ArtifactKind.SEEDS else VERSIONS
    return st.builds(ArtifactKey, kind=st.just(kind), name=names, version=versions, digest=HEX8)


# For each class its keys and the text that every one of them begins with.
KEYS: dict[type[Key], tuple[st.SearchStrategy[Key], str]] = {
    RawKey: (st.builds(RawKey, dt=DATES, model=MODELS, phase=st.sampled_from(Phase), run_id=RUN_IDS), "raw/dt="),
    ScoreKey: (st.builds(ScoreKey, dt=DATES, run_id=RUN_IDS), "scores/dt="),
    CuratedKey: (st.builds(CuratedKey, week=WEEKS, file=st.sampled_from(CuratedFile)), "curated/week="),
    PartKey: (
        st.builds(PartKey, week=WEEKS, sha256=HEX64, part_file=st.sampled_from(PartFile)),
        "curated/week=",
    ),
    PlanKey: (
        st.builds(PlanKey, week=WEEKS, sha256=HEX64, plan_file=st.sampled_from(PlanFile)),
        "curated/week=",
    ),
    SymlinkKey: (
        st.builds(SymlinkKey, table=st.sampled_from(CuratedTable), week=WEEKS),
        "curated/symlinks/",
    ),
    ModelsKey: (st.just(ModelsKey()), "config/models.json"),
    ArtifactKey: (st.sampled_from(ArtifactKind).flatmap(artifacts), "config/"),
    ManifestKey: (
        st.builds(ManifestKey, manifest_id=st.from_regex(r"manifest_[0-9]{8}_[a-f0-9]{8}", fullmatch=True)),
        "manifests/manifest_",
    ),
    ErasureKey: (
        st.builds(ErasureKey, erasure_id=st.from_regex(r"erasure_[0-9]{8}_[a-f0-9]{8}", fullmatch=True)),
        "erasures/erasure_",
    ),
    GoldenSetKey: (
        st.builds(GoldenSetKey, golden_set=st.from_regex(r"golden_set_v[0-9]+", fullmatch=True)),
        "calibration/golden_sets/golden_set_v",
    ),
    CalibrationResultKey: (st.builds(CalibrationResultKey, dt=DATES), "calibration/results/"),
    ReportKey: (st.builds(ReportKey, week=WEEKS), "reports/week="),
    ExportKey: (
        st.builds(ExportKey, dt=DATES, export_id=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", fullmatch=True)),
        "exports/",
    ),
    QueryResultKey: (
        st.builds(
            QueryResultKey,
            result=st.from_regex(
                r"(Unsaved/2025/11/05/)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\.csv(\.metadata)?|\.txt)",
                fullmatch=True,
            ),
        ),
        "query-results/",
    ),
}
ANY_KEY = st.one_of([keys for keys, _ in KEYS.values()])


def test_every_kind_of_key_is_under_test() -> None:
    assert set(KEYS) == set(layout.KINDS)


@given(ANY_KEY)
@example(ExportKey(dt=date(2025, 11, 5), export_id="half_life_by_model"))
@example(ArtifactKey(kind=ArtifactKind.SYSTEM_PROMPT, name="soc-1", version="2", digest="8f4e56d1"))
def test_a_built_key_parses_back_by_its_class_and_by_the_layout(key: Key) -> None:
    assert type(key).parse(str(key)) == key
    parsed = layout.parse(str(key))
    assert parsed == key
    assert type(parsed) is type(key)


@given(ANY_KEY)
def test_a_built_key_has_its_kinds_prefix_and_one_prefix_of_the_layout(key: Key) -> None:
    assert str(key).startswith(KEYS[type(key)][1])
    assert sum(str(key).startswith(prefix) for prefix in layout.PREFIXES) == 1


@given(ANY_KEY)
def test_a_built_key_has_only_characters_that_urls_and_globs_leave_alone(key: Key) -> None:
    assert re.fullmatch(r"[A-Za-z0-9/=._@-]+", str(key))


@given(ANY_KEY)
def test_a_key_is_of_one_kind_alone(key: Key) -> None:
    assert [kind for kind in layout.KINDS if kind.matches(str(key))] == [type(key)]


def parsed_or_error(parse: Callable[[str], Key], text: str) -> Key | KeyGrammarError:
    try:
        return parse(text)
    except KeyGrammarError as error:
        return error


@settings(max_examples=300)
@given(ANY_KEY, st.data())
def test_any_text_parses_to_a_key_of_that_text_or_is_refused_in_one_line(key: Key, data: st.DataObject) -> None:
    text = str(key)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(start + 3, len(text))))
    texts = st.text(max_size=3) | st.sampled_from(["/", "_", "-", ".", "\n", "..", "//", "@", "%2F", "+", "="])
    text = data.draw(st.just(text[:start] + data.draw(texts) + text[end:]) | st.text())
    for parse in (layout.parse, *(kind.parse for kind in layout.KINDS)):
        parsed = parsed_or_error(parse, text)
        if isinstance(parsed, KeyGrammarError):
            assert len(str(parsed).splitlines()) == 1
            assert repr(text) in str(parsed)
        else:
            assert str(parsed) == text


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (
            "raw/dt=2025-11-05/model=claude-3.5-sonnet/phase=P0/01HQVZ3K9X1234567890ABCDEF.jsonl",
            RawKey(date(2025, 11, 5), "claude-3.5-sonnet", Phase.P0, "01HQVZ3K9X1234567890ABCDEF"),
        ),
        (
            "raw/dt=2025-11-05/model=claude-3.5-sonnet/phase=P0/01HQVZ3K9X9876543210FEDCBA.jsonl",
            RawKey(date(2025, 11, 5), "claude-3.5-sonnet", Phase.P0, "01HQVZ3K9X9876543210FEDCBA"),
        ),
        (
            "scores/dt=2025-11-05/01HQVZ3K9X1234567890ABCDEF_summary.json",
            ScoreKey(date(2025, 11, 5), "01HQVZ3K9X1234567890ABCDEF"),
        ),
        ("curated/week=2025-W45/turns.parquet", CuratedKey(Week(2025, 45), CuratedFile.TURNS)),
        (
            "curated/week=2025-W45/weekly_summary.parquet",
            CuratedKey(Week(2025, 45), CuratedFile.WEEKLY_SUMMARY),
        ),
        ("curated/week=2025-W45/_rejected.jsonl", CuratedKey(Week(2025, 45), CuratedFile.REJECTED)),
        (
            "curated/symlinks/curated_turns/week=2025-W45/symlink.txt",
            SymlinkKey(CuratedTable.CURATED_TURNS, Week(2025, 45)),
        ),
        ("config/models.json", ModelsKey()),
        (
            "config/seeds/seeds-20251105@sha256_a7f3e9c2.json",
            ArtifactKey(ArtifactKind.SEEDS, "seeds", "20251105", "a7f3e9c2"),
        ),
        (
            "config/rubrics/rubric-1.1@sha256_9c4d12e7.json",
            ArtifactKey(ArtifactKind.RUBRIC, "rubric", "1.1", "9c4d12e7"),
        ),
        (
            "config/prompts/system/soc-1.2@sha256_8f4e56d1.txt",
            ArtifactKey(ArtifactKind.SYSTEM_PROMPT, "soc", "1.2", "8f4e56d1"),
        ),
        (
            "config/prompts/judge/judge-2.3@sha256_3b9a17c8.txt",
            ArtifactKey(ArtifactKind.JUDGE_PROMPT, "judge", "2.3", "3b9a17c8"),
        ),
        (
            "config/phases/phases-1.0@sha256_e5f2c9a3.json",
            ArtifactKey(ArtifactKind.PHASES, "phases", "1.0", "e5f2c9a3"),
        ),
        ("manifests/manifest_20251105_a7f3e9c2.json", ManifestKey("manifest_20251105_a7f3e9c2")),
        ("calibration/golden_sets/golden_set_v1.jsonl", GoldenSetKey("golden_set_v1")),
        ("calibration/results/2025-11-05.json", CalibrationResultKey(date(2025, 11, 5))),
        ("exports/2025-11-05_half-life.csv", ExportKey(date(2025, 11, 5), "half-life")),
        ("exports/2025-11-05_half_life_v2.csv", ExportKey(date(2025, 11, 5), "half_life_v2")),
    ],
)
def test_the_examples_of_the_layout_document_parse(text: str, key: Key) -> None:
    assert layout.parse(text) == key
    assert str(key) == text


@pytest.mark.parametrize(
    "run_id",
    [
        "01HQVZ3K9XANOTHERULID12345",  # O, U, L and I
        "01HQVZ3K9XGPTULID1234567890",  # U, L and I, and 27 characters
    ],
)
def test_the_layout_documents_impossible_ulids_are_refused_with_the_reason(run_id: str) -> None:
    with pytest.raises(KeyGrammarError) as caught:
        layout.parse(f"raw/dt=2025-11-05/model=gpt-4-turbo/phase=P0/{run_id}.jsonl")
    assert f"run_id {run_id!r}: expected a ULID: 26 of 0-9 and A-Z without I, L, O, U" in str(caught.value)
    assert caught.value.part == "run_id"


RAW = "raw/dt=2025-11-05/model=gpt-4/phase=P0/01HQVZ3K9X1234567890ABCDEF.jsonl"


def test_the_raw_key_that_the_bad_ones_derive_from_is_good() -> None:
    assert str(layout.parse(RAW)) == RAW


@pytest.mark.parametrize(
    ("old", "new", "fragment"),
    [
        ("2025-11-05", "2025-11-31", "dt '2025-11-31': expected a calendar date"),
        ("2025-11-05", "2025-02-29", "dt '2025-02-29'"),
        ("2025-11-05", "20251105", "dt '20251105'"),
        ("2025-11-05", "2025-11-5", "dt '2025-11-5'"),
        ("2025-11-05", "2025-W45-3", "dt '2025-W45-3'"),
        ("2025-11-05", "2025-11-0\u0665", "dt '2025-11-0\u0665'"),
        ("2025-11-05", "9999-12-31", "dt '9999-12-31'"),
        ("2025-11-05", "2025_11_05", "dt '2025_11_05'"),
        ("2025-11-05", "", "dt ''"),
        ("2025-11-05", "..", "dt '..'"),
        ("2025-11-05", "2025-11-05\n", r"dt '2025-11-05\n'"),
        ("gpt-4", "GPT-4", "model 'GPT-4': expected a model id"),
        ("gpt-4", "", "model ''"),
        ("gpt-4", "..", "model '..'"),
        ("gpt-4", "gpt+4", "model 'gpt+4'"),
        ("gpt-4", "gpt 4", "model 'gpt 4'"),
        ("gpt-4", "gpt%2F4", "model 'gpt%2F4'"),
        ("gpt-4", "gpt:4", "model 'gpt:4'"),
        ("gpt-4", "g\u00e9pt", "model 'g\u00e9pt'"),
        ("gpt-4", "gpt-\u0664", "model 'gpt-\u0664'"),
        ("gpt-4", "a" * 65, "model 'aaa"),
        ("gpt-4", "gpt-4\n", r"model 'gpt-4\n'"),
        ("gpt-4", "gpt\x004", r"model 'gpt\x004'"),
        ("P0", "P4", "phase 'P4': expected one of P0, P1, P2, P3"),
        ("P0", "p0", "phase 'p0'"),
        ("P0", "", "phase ''"),
        ("P0", "P0\n", r"phase 'P0\n'"),
        ("01HQVZ3K9X1234567890ABCDEF", "", "run_id ''"),
        ("01HQVZ3K9X1234567890ABCDEF", "01hqvz3k9x1234567890abcdef", "run_id '01hqvz"),
        ("01HQVZ3K9X1234567890ABCDEF", "01HQVZ3K9X1234567890ABCDE", "run_id '01HQVZ3K9X1234567890ABCDE'"),
        ("01HQVZ3K9X1234567890ABCDEF", "01HQVZ3K9X1234567890ABCDEF\n", r"run_id '01HQVZ3K9X1234567890ABCDEF\n'"),
        ("01HQVZ3K9X1234567890ABCDEF", "..", "run_id '..'"),
        (".jsonl", ".jsonl.jsonl", "run_id '01HQVZ3K9X1234567890ABCDEF.jsonl'"),
        ("dt=", "dt=dt=", "dt 'dt=2025-11-05'"),
    ],
)
def test_a_raw_key_with_a_bad_part_is_refused_by_the_parts_name(old: str, new: str, fragment: str) -> None:
    key = RAW.replace(old, new)
    for parse in (RawKey.parse, layout.parse):
        with pytest.raises(KeyGrammarError) as caught:
            parse(key)
        assert str(caught.value).startswith(f"{key!r}: {fragment}")
        assert caught.value.part == fragment.split(" ", maxsplit=1)[0]


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/",
        "raw/",
        f"/{RAW}",
        f"{RAW}/",
        f"{RAW}\n",
        f"{RAW}.gz",
        f"socratic-bench/{RAW}",
        f"s3://socratic-bench/{RAW}",
        RAW.upper(),
        RAW.replace("raw", "Raw"),
        RAW.replace("raw/", "raw//"),
        RAW.replace("gpt-4", "gpt/4"),
        RAW.replace("/phase=", "//phase="),
        RAW.replace("/model=gpt-4", ""),
        RAW.replace("dt=", "date="),
        RAW.replace("/", "%2F"),
        RAW.replace("=", "%3D"),
        RAW.replace("/", "\\"),
        RAW.replace(".jsonl", ".json"),
        RAW.replace("raw/", "raw/../raw/"),
        "config/models.json\n",
        "config/Models.json",
        "config/models.jsonl",
        "calibration/results/",
        "exports/2025-11-05.csv",
        "query-results/",
        "curated/symlinks/week=2025-W45/symlink.txt",
    ],
)
def test_a_key_of_no_known_shape_is_refused_with_all_shapes(key: str) -> None:
    with pytest.raises(KeyGrammarError, match="expected one of raw/dt=") as caught:
        layout.parse(key)
    assert caught.value.part == ""
    with pytest.raises(KeyGrammarError, match=r"expected raw/dt=\{dt\}/model="):
        RawKey.parse(key)


@pytest.mark.parametrize(
    ("key", "fragment"),
    [
        ("scores/dt=2025-11-05/X_summary.json", "run_id 'X'"),
        ("scores/dt=today/01HQVZ3K9X1234567890ABCDEF_summary.json", "dt 'today'"),
        ("curated/week=2025-W60/turns.parquet", "week '2025-W60': expected an ISO week"),
        ("curated/week=2025-45/turns.parquet", "week '2025-45'"),
        ("curated/week=2025-W45/", "file ''"),
        ("curated/week=2025-W45/other.parquet", "file 'other.parquet': expected one of turns.parquet"),
        ("curated/week=2025-W45/parts/0123/turns.parquet", "sha256 '0123': expected a SHA-256 in hex digits"),
        (f"curated/week=2025-W45/parts/{'0' * 64}/x", "part_file 'x': expected one of inputs.jsonl"),
        (f"curated/week=2025-W45/plans/{'0' * 64}/x", "plan_file 'x': expected one of plan.json"),
        ("curated/symlinks/turns/week=2025-W45/symlink.txt", "table 'turns': expected one of curated_turns"),
        ("curated/symlinks/curated_turns/week=2021-W53/symlink.txt", "week '2021-W53'"),
        ("config/prompts/soc-1.2@sha256_8f4e56d1.txt", "kind 'prompts': expected one of seeds"),
        ("config/prompts/other/soc-1.2@sha256_8f4e56d1.txt", "kind 'prompts/other'"),
        ("config/a/b/c/soc-1.2@sha256_8f4e56d1.txt", "kind 'a/b/c'"),
        ("config/rubrics//rubric-1.1@sha256_9c4d12e7.json", "kind 'rubrics/'"),
        ("config/rubrics/rules-1.1@sha256_9c4d12e7.json", "name 'rules': expected 'rubric' in config/rubrics/"),
        ("config/phases/rubric-1.1@sha256_9c4d12e7.json", "name 'rubric': expected 'phases'"),
        ("config/seeds/seed-20251105@sha256_a7f3e9c2.json", "name 'seed': expected 'seeds'"),
        ("config/seeds/seeds-20251131@sha256_a7f3e9c2.json", "version '20251131': expected the calendar date"),
        ("config/seeds/seeds-1.0@sha256_a7f3e9c2.json", "version '1.0': expected the calendar date YYYYMMDD"),
        ("config/seeds/seeds-2025.11.05@sha256_a7f3e9c2.json", "version '2025.11.05'"),
        ("config/prompts/system/Soc-1.2@sha256_8f4e56d1.txt", "name 'Soc'"),
        ("config/prompts/system/-1.2@sha256_8f4e56d1.txt", "name ''"),
        ("config/prompts/system/soc-v1.2@sha256_8f4e56d1.txt", "version 'v1.2'"),
        ("config/prompts/system/soc-1.2@sha256_8F4E56D1.txt", "digest '8F4E56D1'"),
        ("config/prompts/system/soc-1.2@sha256_8f4e56d.txt", "digest '8f4e56d'"),
        ("config/prompts/system/soc-1.2@sha256_8f4e56d1.md", "extension 'md'"),
        (
            "config/prompts/system/soc-1.2@sha256_8f4e56d1.json",
            "expected config/prompts/system/soc-1.2@sha256_8f4e56d1.txt",
        ),
        ("config/rubrics/rubric-1.1@sha256_9c4d12e7.txt", "expected config/rubrics/rubric-1.1@sha256_9c4d12e7.json"),
        ("manifests/manifest_20251105.json", "manifest_id 'manifest_20251105'"),
        ("manifests/manifest_20251105_a7f3e9c2\n.json", "manifest_id 'manifest_20251105_a7f3e9c2\\n'"),
        ("erasures/01HQVZ3K9X1234567890ABCDEF.json", "erasure_id '01HQVZ3K9X1234567890ABCDEF'"),
        ("calibration/golden_sets/golden_set_1.jsonl", "golden_set 'golden_set_1'"),
        ("calibration/results/2025-11-31.json", "dt '2025-11-31'"),
        ("exports/2025-11-31_x.csv", "dt '2025-11-31'"),
        ("query-results/answer.csv", "result 'answer.csv'"),
        (
            "query-results/0d1e2f30-0000-4000-8000-0123456789ab.parquet",
            "result '0d1e2f30-0000-4000-8000-0123456789ab.parquet'",
        ),
        ("exports/2025-11-05_.csv", "export_id ''"),
        ("exports/2025-11-05__x.csv", "export_id '_x'"),
        ("exports/2025-11-05_a b.csv", "export_id 'a b'"),
    ],
)
def test_a_key_of_a_known_shape_is_refused_by_the_name_of_its_bad_part(key: str, fragment: str) -> None:
    with pytest.raises(KeyGrammarError) as caught:
        layout.parse(key)
    assert str(caught.value).startswith(f"{key!r}: ")
    assert fragment in str(caught.value)
    assert caught.value.part == (fragment.split(" ", maxsplit=1)[0] if "'" in fragment else "")
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "key",
    [
        "config/x/" + "-@sha256_" * 112,
        "config/" + "a-@sha256_./" * 84,
        "config/" + "/-" * 500,
        "raw/" + "dt=/model=/phase=/" * 56,
        RAW.replace("gpt-4", "a" * 900),
    ],
)
def test_the_longest_hostile_keys_are_refused_at_once(key: str) -> None:
    with pytest.raises(KeyGrammarError):
        layout.parse(key)


def test_write_once_prefixes_hold_every_artifact_manifest_and_golden_set_but_not_the_registry() -> None:
    for text in (
        "config/prompts/system/soc-1.2@sha256_8f4e56d1.txt",
        "config/seeds/seeds-20251105@sha256_a7f3e9c2.json",
        "manifests/manifest_20251105_a7f3e9c2.json",
        "erasures/erasure_20251105_a7f3e9c2.json",
        "calibration/golden_sets/golden_set_v1.jsonl",
    ):
        assert text.startswith(layout.WRITE_ONCE_PREFIXES)
    for text in ("config/models.json", "calibration/results/2025-11-05.json", RAW):
        assert not text.startswith(layout.WRITE_ONCE_PREFIXES)
