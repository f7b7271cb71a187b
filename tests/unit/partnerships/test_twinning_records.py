"""Tables of places and twinnings as they come."""

from __future__ import annotations

from pathlib import Path

import pytest

from citytandem.partnerships.twinnings.records import BadFile, read_links, read_places

HEAD = "qid\tname\tcountry\tlat\tlon\tpopulation\tmapped_by"
EUROPE = frozenset(["DE", "FR"])


def written(folder: Path, content: str) -> Path:
    path = folder / "table.tsv"
    path.write_bytes(content.encode())
    return path


def test_line_ends_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    plain = read_links(written(tmp_path, "qid_a\tqid_b\nQ1\tQ2\nQ3\tQ1\n"))
    assert (
        read_links(written(tmp_path, "\ufeffqid_a\tqid_b\r\nQ1\tQ2\r\nQ3\tQ1")) == plain == [("Q1", "Q2"), ("Q1", "Q3")]
    )


def test_a_twinning_counts_once_and_never_with_itself(tmp_path: Path) -> None:
    assert read_links(written(tmp_path, "qid_a\tqid_b\nQ2\tQ1\nQ1\tQ2\nQ4\tQ4\n")) == [("Q1", "Q2")]


def test_places_that_cannot_be_ranked_are_counted_by_reason(tmp_path: Path) -> None:
    lines = [
        "Q1\tUlm\tDE\t48.4\t10\t126000\tqid",
        "Q1\tUlm\tDE\t48.4\t10\t126000\tqid",
        "Q2\tLyon\tFR\t45.8\t4.8\t522969\tqid_label_differs",
        "Q3\tParis\tFR\t48.9\t2.3\t0\tqid",
        "Q4\tTokyo\tJP\t35.7\t139.7\t13960000\tqid",
    ]
    places = read_places(written(tmp_path, "\n".join([HEAD, *lines])), countries=EUROPE)
    assert [place.name for place in places.kept] == ["Ulm"]
    assert places.left_out == {"doubtful": 1, "unsized": 1, "elsewhere": 1, "twice": 1}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Q1\tUlm\tDE\tnorth\t10\t5\tqid", "line 2"),
        ("Q1\tUlm\tDE\t95\t10\t5\tqid", "no place on Earth"),
        ("Q1\tUlm\tDE\tnan\t10\t5\tqid", "no place on Earth"),
        ("Q1\tUlm\tDE\t48\t10\t-5\tqid", "no number of people"),
        ("Q1\tUlm\tDE\t48\t10\tinf\tqid", "line 2"),
        ("\tUlm\tDE\t48\t10\t5\tqid", "identifier is missing"),
        ("Q4\tTokyo\tJP\t35.7\t139.7\t13960000\tqid", "no European place"),
    ],
)
def test_a_wrong_place_is_told_with_its_line(line: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=told):
        read_places(written(tmp_path, f"{HEAD}\n{line}\n"), countries=EUROPE)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "columns are missing: qid_a, qid_b"),
        ("a\tb\nQ1\tQ2\n", "columns are missing"),
        ("qid_a\tqid_b\n", "no twinnings found"),
        ("qid_a\tqid_b\nQ1\t\n", "line 2: an identifier is missing"),
    ],
)
def test_a_wrong_table_of_twinnings_is_told(content: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=told):
        read_links(written(tmp_path, content))


def test_a_file_that_is_not_there_or_not_text_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="missing"):
        read_links(tmp_path / "missing.tsv")
    (tmp_path / "binary.tsv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadFile, match="binary"):
        read_links(tmp_path / "binary.tsv")
