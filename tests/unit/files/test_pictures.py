"""Pictures are drawn anew: nothing but pixels is left."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from citytandem.files.limits import LIMITS
from citytandem.files.metadata import jpeg_segments, jpeg_without_metadata, png_chunks, png_without_metadata
from citytandem.files.pictures import Drawn, picture_drawn
from citytandem.files.refusals import Reason, Refused
from tests.unit.files.making import SECRET, picture, saved, telling_picture

TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "GIF": "image/gif"}
MODES = {
    "JPEG": ["RGB", "L", "CMYK"],
    "PNG": ["RGB", "RGBA", "L", "LA", "P", "1", "I;16"],
    "WEBP": ["RGB", "RGBA"],
    "GIF": ["P", "L"],
}
PLAIN_CHUNKS = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


def drawn(content: bytes, form: str) -> Drawn:
    return picture_drawn(content, media_type=TYPES[form], limits=LIMITS)


def opened(content: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(content))
    found.load()
    return found


def assert_bare(content: bytes) -> None:
    """No metadata of any kind, by Pillow's reading and by the bytes themselves."""
    found = opened(content)
    assert len(found.getexif()) == 0
    assert (
        set(found.info) & {"exif", "xmp", "XML:com.adobe.xmp", "icc_profile", "comment", "photoshop", "Author"} == set()
    )
    assert SECRET.encode() not in content
    if found.format == "JPEG":
        markers = {marker for marker, _begin, _end in jpeg_segments(content)}
        assert markers & {0xE1, 0xE2, 0xED, 0xFE} == set()
    elif found.format == "PNG":
        assert {name for name, _begin, _end in png_chunks(content)} <= PLAIN_CHUNKS
    else:
        assert found.format == "WEBP"
        assert not any(name in content[:64] or name in content[-4_000:] for name in (b"EXIF", b"XMP ", b"ICCP"))


@pytest.mark.parametrize("form", TYPES)
def test_the_test_pictures_tell_what_they_must_not(form: str) -> None:
    """Otherwise the tests below could not fail."""
    assert SECRET.encode() in telling_picture(form) or opened(telling_picture(form)).getexif()[0x013B] == SECRET


@given(
    st.sampled_from([(form, mode) for form, modes in MODES.items() for mode in modes]),
    st.tuples(st.integers(1, 300), st.integers(1, 300)),
    st.integers(0, 255),
    st.integers(0, 9),
)
@settings(max_examples=60)
def test_no_metadata_is_left(kind: tuple[str, str], size: tuple[int, int], shade: int, orientation: int) -> None:
    form, mode = kind
    made = drawn(telling_picture(form, picture(size, mode, shade=shade), orientation=orientation), form)
    for content in (made.large, made.medium, made.small):
        assert_bare(content)
    assert opened(made.large).size == (made.width, made.height)
    assert {made.width, made.height} == set(size)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_taken_sideways_stands_upright(form: str) -> None:
    """Orientation 6: the camera was turned; the top of the picture is on the right-hand side of the pixels."""
    sideways = Image.new("RGB", (40, 20), "white")
    sideways.paste("red", (0, 0, 20, 20))
    made = drawn(telling_picture(form, sideways, orientation=6), form)
    upright = opened(made.large).convert("RGB")
    assert upright.size == (20, 40)
    top, bottom = upright.getpixel((10, 8)), upright.getpixel((10, 32))
    assert top[0] > 200
    assert top[1] < 60
    assert min(bottom) > 200


def test_large_pictures_become_smaller_and_small_ones_do_not_grow() -> None:
    large = drawn(saved(picture((4_000, 3_000)), "JPEG"), "JPEG")
    assert (large.width, large.height) == (2_560, 1_920)
    assert opened(large.medium).size == (480, 360)
    assert opened(large.small).size == (160, 120)
    small = drawn(saved(picture((100, 50)), "JPEG"), "JPEG")
    assert (small.width, small.height, opened(small.medium).size) == (100, 50, (100, 50))


def test_colours_of_another_space_are_turned_into_what_screens_show() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    broken = saved(Image.new("RGB", (8, 8), (200, 30, 30)), "PNG", icc_profile=b"no profile at all")
    odd = saved(Image.new("RGB", (8, 8), (200, 30, 30)), "PNG", icc_profile=profile)
    for content in (broken, odd):
        red = opened(drawn(content, "PNG").large).convert("RGB").getpixel((4, 4))
        assert red[0] > 150


def test_sixteen_bits_of_grey_stay_grey() -> None:
    made = drawn(saved(Image.new("I;16", (10, 10), 32_768), "PNG"), "PNG")
    assert abs(opened(made.large).getpixel((5, 5)) - 128) <= 1


def test_holes_stay_holes() -> None:
    seen_through = Image.new("RGBA", (10, 10), (0, 0, 0, 0))
    made = drawn(saved(seen_through, "PNG"), "PNG")
    assert opened(made.large).convert("RGBA").getpixel((5, 5))[3] == 0


def test_an_animated_picture_becomes_a_still_one() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    for form in ("GIF", "WEBP", "PNG"):
        made = drawn(saved(frames[0], form, save_all=True, append_images=frames[1:]), form)
        still = opened(made.large)
        assert getattr(still, "n_frames", 1) == 1
        assert still.convert("RGB").getpixel((10, 10))[0] > 200


def test_a_photo_sent_as_png_does_not_stay_heavy() -> None:
    noise = Image.effect_noise((1_200, 1_000), 90).convert("RGB")
    made = drawn(saved(noise, "PNG"), "PNG")
    assert made.media_type == "image/jpeg"
    assert drawn(saved(picture((1_200, 1_000)), "PNG"), "PNG").media_type == "image/png"


@pytest.mark.parametrize("form", TYPES)
def test_a_picture_that_ends_in_the_middle_is_refused(form: str) -> None:
    noise = Image.effect_noise((200, 200), 90).convert("RGB")
    whole = saved(noise, form)
    with pytest.raises(Refused) as refused:
        drawn(whole[: len(whole) // 2], form)
    assert refused.value.reason == Reason.BROKEN


@given(st.sampled_from(["JPEG", "PNG"]), st.integers(0, 255))
@settings(max_examples=20)
def test_metadata_can_be_taken_out_without_touching_a_pixel(form: str, shade: int) -> None:
    """As for pictures inside documents."""
    content = telling_picture(form, picture(shade=shade))
    bare = jpeg_without_metadata(content) if form == "JPEG" else png_without_metadata(content)
    assert SECRET.encode() not in bare
    assert len(opened(bare).getexif()) == 0
    assert opened(bare).tobytes() == opened(content).tobytes()


@given(st.binary(max_size=300))
def test_taking_metadata_out_of_anything_ends(content: bytes) -> None:
    assert len(jpeg_without_metadata(b"\xff\xd8" + content)) <= len(content) + 2
    png_without_metadata(b"\x89PNG\r\n\x1a\n" + content)
