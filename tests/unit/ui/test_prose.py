"""Texts of administrators: headings, lists, paragraphs, and nothing else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from citytandem.ui.prose import blocks


def test_headings_points_and_paragraphs() -> None:
    found = blocks(
        "# Imprint\nCity of Krefeld\nTown hall\n\n## Contact\n- by letter\n- by e-mail\n\n#hashtag - no list"
    )

    assert [(block.looks, list(block.lines)) for block in found] == [
        ("heading", ["Imprint"]),
        ("paragraph", ["City of Krefeld", "Town hall"]),
        ("smaller", ["Contact"]),
        ("points", ["by letter", "by e-mail"]),
        ("paragraph", ["#hashtag - no list"]),
    ]


@given(st.text(max_size=400))
def test_no_word_is_lost(text: str) -> None:
    told = " ".join(line for block in blocks(text) for line in block.lines).split()
    typed = " ".join(text.splitlines()).split()

    assert [word for word in typed if word not in {"#", "##", "-"}] == [w for w in told if w not in {"#", "##", "-"}]


@given(st.text(max_size=400))
def test_no_block_is_empty(text: str) -> None:
    assert all(line.strip() for block in blocks(text) for line in block.lines)
