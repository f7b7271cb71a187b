"""How much of what is taken, in one place. Pure."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on files. Sizes in bytes, times in seconds."""

    picture_size: int = 10 * MEGABYTE
    document_size: int = 20 * MEGABYTE
    files_per_thing: int = 5
    files_per_person_and_day: int = 50
    # All visitors without a sign-in together: one of them can look like many.
    files_of_visitors_per_day: int = 500
    # One form: as many documents as a thing may have, and the other fields.
    body_size: int = 5 * 20 * MEGABYTE + MEGABYTE

    pixels: int = 50_000_000
    longest_side: int = 2_560
    medium_side: int = 480
    small_side: int = 160

    pages: int = 500
    pdf_objects: int = 200_000
    pdf_nesting: int = 100
    # What all streams of a PDF, or all entries of a package, may come to when they are unpacked.
    stream_unpacked: int = 200 * MEGABYTE
    unpacked: int = 400 * MEGABYTE
    # Packed XML shrinks to a thirtieth at most where people wrote it; small entries may be packed as tightly as they like.
    ratio: int = 200
    ratio_from: int = 5 * MEGABYTE
    entries: int = 2_000
    directory_size: int = 500_000
    text_lines: int = 500_000

    memory: int = 1_200 * MEGABYTE
    processor_seconds: int = 40
    seconds: int = 180


LIMITS = Limits()
