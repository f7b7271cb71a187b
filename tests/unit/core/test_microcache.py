"""The micro-cache: quick for strangers, invisible to everybody who is somebody."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from citytandem.core.languages import LANGUAGES
from citytandem.core.microcache import Environ, Headers, MicroCache

PAGE = "text/html; charset=utf-8"


class Clock:
    """Time that moves when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Page:
    """A WSGI application that counts how often it is asked, and says so in its answer."""

    def __init__(self, *, status: str = "200 OK", headers: Headers | None = None, filler: str = "x" * 600) -> None:
        self.status = status
        self.headers = headers or []
        self.filler = filler
        self.asked = 0
        self.closed = 0

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.asked += 1
        self.seen = environ
        body = f"{self.asked} {environ.get('HTTP_COOKIE', '')} {environ.get('HTTP_HOST', '')} {self.filler}".encode()
        start_response(self.status, [("Content-Type", PAGE), ("Content-Length", str(len(body))), *self.headers])
        return Chunks(self, body)


class Chunks:
    """A body in two parts that wants to be closed."""

    def __init__(self, page: Page, body: bytes) -> None:
        self.page = page
        self.parts = [body[:7], body[7:]]

    def __iter__(self) -> Any:
        return iter(self.parts)

    def close(self) -> None:
        self.page.closed += 1


class Answer:
    """What came back."""

    def __init__(self, application: Any, **environ: str) -> None:
        asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": "", "HTTP_HOST": "node.example", **environ}
        told: list[Any] = []
        chunks = application(asked, lambda *arguments: told.append(arguments))
        self.body = b"".join(chunks)
        if hasattr(chunks, "close"):
            chunks.close()
        self.status, headers, *_ = told[-1]
        self.pairs = headers
        self.headers = {name.lower(): value for name, value in headers}


def cached(page: Page, **options: Any) -> MicroCache:
    options.setdefault("clock", Clock())
    return MicroCache(page, **{"seconds": 10, **options})


def test_a_stranger_is_answered_from_memory() -> None:
    page = Page()
    cache = cached(page)
    first, second = Answer(cache), Answer(cache)
    assert first.body == second.body
    assert first.headers == second.headers
    assert page.asked == page.closed == 1
    assert first.headers["content-length"] == str(len(first.body))


def test_an_answer_grows_old_by_the_clock() -> None:
    page, clock = Page(), Clock()
    cache = cached(page, clock=clock)
    Answer(cache)
    clock.now = 9.9
    Answer(cache)
    assert page.asked == 1
    clock.now = 10.0
    assert Answer(cache).body.startswith(b"2 ")


def test_no_seconds_means_no_memory() -> None:
    page = Page()
    cache = cached(page, seconds=0)
    Answer(cache)
    Answer(cache)
    assert page.asked == 2


@pytest.mark.parametrize(
    "page",
    [
        Page(status="404 Not Found"),
        Page(status="302 Found", headers=[("Location", "/")]),
        Page(status="500 Internal Server Error"),
        Page(status="201 Created"),
        Page(headers=[("Set-Cookie", "lang=de")]),
        Page(headers=[("set-cookie", "csrftoken=x")]),
        Page(headers=[("Cache-Control", "private")]),
        Page(headers=[("Cache-Control", "max-age=0, no-store")]),
        Page(headers=[("Cache-Control", "No-Cache")]),
        Page(headers=[("Content-Encoding", "br")]),
    ],
    ids=lambda page: f"{page.status} {page.headers}",
)
def test_only_plain_public_answers_are_kept(page: Page) -> None:
    cache = cached(page)
    answers = [Answer(cache), Answer(cache)]
    assert page.asked == page.closed >= 2
    for answer in answers:
        assert answer.status == page.status
        assert all(pair in answer.pairs for pair in page.headers)


def test_what_is_never_kept_passes_piece_by_piece() -> None:
    page = Page(headers=[("Cache-Control", "no-store")])
    told: list[Any] = []
    asked = {"REQUEST_METHOD": "GET", "PATH_INFO": "/", "QUERY_STRING": "", "HTTP_HOST": "node.example"}
    chunks = cached(page)(asked, lambda *arguments: told.append(arguments))
    assert told[-1][0] == "200 OK"
    assert len(list(chunks)) == 2


@pytest.mark.parametrize(
    "cookies",
    [
        "sessionid=abc",
        "lang=de; sessionid=abc",
        'sessionid="abc"',
        "foo=bar baz; sessionid=abc",
        '{"a": 1}=x; sessionid=abc',
        "a=b=c,d; ; =; sessionid=abc",
        "foo[1]=\u00e9; sessionid=abc",
        "messages=abc",
        "csrftoken=abc",
        "broken token; csrftoken=abc",
    ],
)
def test_who_signed_in_or_fills_in_a_form_never_meets_the_memory(cookies: str) -> None:
    """Neither is such a page kept for others, nor is one kept from others shown, however odd the other cookies are."""
    page = Page()
    cache = cached(page)
    assert b"1 " in Answer(cache, HTTP_COOKIE=cookies).body
    stranger = Answer(cache)
    assert cookies.encode() not in stranger.body
    assert b"3 " in Answer(cache, HTTP_COOKIE=cookies).body
    assert Answer(cache).body == stranger.body


@given(
    before=st.text(st.characters(max_codepoint=255), max_size=30),
    after=st.text(st.characters(max_codepoint=255), max_size=10),
)
def test_no_cookie_beside_it_hides_a_session(before: str, after: str) -> None:
    page = Page()
    cache = cached(page)
    Answer(cache, HTTP_COOKIE=f"{before}; sessionid=secret; {after}")
    assert b"secret" not in Answer(cache).body


@pytest.mark.parametrize(
    "asked",
    [
        {"REQUEST_METHOD": "POST"},
        {"REQUEST_METHOD": "HEAD"},
        {"HTTP_AUTHORIZATION": "Bearer x"},
        {"HTTP_RANGE": "bytes=0-5"},
        {"PATH_INFO": "/static/ui/frame.css"},
    ],
)
def test_other_requests_pass_by(asked: dict[str, str]) -> None:
    page = Page()
    cache = cached(page)
    Answer(cache, **asked)
    Answer(cache, **asked)
    assert page.asked == 2


OTHER = [
    {"HTTP_HOST": "other.example"},
    {"PATH_INFO": "/problems"},
    {"QUERY_STRING": "theme=waste"},
    {"HTTP_ACCEPT_LANGUAGE": "de"},
    {"QUERY_STRING": "lang=de"},
    {"HTTP_COOKIE": "lang=fr"},
    {"wsgi.url_scheme": "https"},
    {"HTTP_HX_REQUEST": "true"},
]


def test_host_path_query_language_and_scheme_tell_answers_apart() -> None:
    page = Page()
    cache = cached(page)
    bodies = [Answer(cache).body, *(Answer(cache, **other).body for other in OTHER)]
    assert page.asked == len(OTHER) + 1
    assert [Answer(cache).body, *(Answer(cache, **other).body for other in OTHER)] == bodies
    assert page.asked == len(OTHER) + 1


@given(
    query=st.sampled_from(["", "lang=de", "lang=xx", "lang=de&lang=", "lang=de&lang=it", "a=b&lang=pl", "q=lang=de"]),
    cookie=st.sampled_from(["", "lang=el", "lang=zz", "other=1; lang=ro", "odd one; lang=bg"]),
    header=st.sampled_from(["", "nl", "fr;q=0.3, bg", "es"]),
    other=st.sampled_from(["", "de", "it", "nl", "bg"]),
)
def test_nobody_is_answered_in_the_language_of_another(query: str, cookie: str, header: str, other: str) -> None:
    """The key names the language that Django will choose, for every way of asking for one."""
    cache = cached(Page())
    asked = {"QUERY_STRING": query, "HTTP_COOKIE": cookie, "HTTP_ACCEPT_LANGUAGE": header, "HTTP_HOST": "n"}
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/"}
    chosen = language_of_django(query, cookie, header)
    assert cache._key(environ | asked)[4] == chosen  # type: ignore[index]
    elsewhere = language_of_django(query, cookie, other)
    if elsewhere != chosen:
        assert cache._key(environ | asked) != cache._key(environ | asked | {"HTTP_ACCEPT_LANGUAGE": other})


def language_of_django(query: str, cookie: str, header: str) -> str:
    """What the middleware behind the cache makes of the same request; empty for the city's, whichever that is."""
    from django.test import RequestFactory

    from citytandem.core.middleware import LanguageMiddleware

    heard: list[str] = []

    def view(request: Any) -> Any:
        from django.http import HttpResponse

        heard.append(request.LANGUAGE_CODE)
        return HttpResponse()

    city = SimpleNamespace(language="pt", languages=LANGUAGES)
    with patch("citytandem.core.middleware.this_node", lambda: city):
        request = RequestFactory().get("/", QUERY_STRING=query, HTTP_COOKIE=cookie, HTTP_ACCEPT_LANGUAGE=header)
        LanguageMiddleware(view)(request)
    return "" if heard[0] == city.language else heard[0]


def test_the_same_language_asked_for_in_two_ways_is_one_answer() -> None:
    page = Page()
    cache = cached(page)
    Answer(cache, HTTP_ACCEPT_LANGUAGE="de-AT, en;q=0.3")
    Answer(cache, HTTP_ACCEPT_LANGUAGE="de")
    Answer(cache, HTTP_COOKIE="lang=de")
    assert page.asked == 1


@given(
    st.text(max_size=400),
    st.sampled_from(
        ["br", "gzip", "gzip, deflate, br", "br;q=0, gzip;q=0.5", "br;q=0.000, gzip;q=0", "identity", "library", ""]
    ),
)
def test_compressed_bodies_are_the_plain_one(filler: str, header: str) -> None:
    cache = cached(Page(filler=filler * 4))
    plain = Answer(cache)
    squeezed = Answer(cache, HTTP_ACCEPT_ENCODING=header)
    encoding = squeezed.headers.get("content-encoding", "")
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, "": lambda body: body}[encoding]
    assert unpack(squeezed.body) == plain.body
    assert squeezed.headers["content-length"] == str(len(squeezed.body))
    assert not (encoding == "br" and "br;q=0" in header)
    assert not (encoding and header in {"", "identity", "library", "br;q=0.000, gzip;q=0"})
    if len(plain.body) > 500 and header in {"br", "gzip"}:
        assert encoding == header


def test_caches_on_the_way_are_told_what_an_answer_depends_on() -> None:
    cache = cached(Page(headers=[("Vary", "Accept-Language, Cookie")]))
    for headers in (Answer(cache).headers, Answer(cache, HTTP_ACCEPT_ENCODING="br").headers):
        assert headers["vary"] == "Accept-Language, Cookie, Accept-Encoding"
    assert sum(name.lower() == "vary" for name, _ in Answer(cache).pairs) == 1


def test_small_bodies_and_pictures_are_not_compressed() -> None:
    assert "content-encoding" not in Answer(cached(Page(filler="")), HTTP_ACCEPT_ENCODING="br").headers


def test_who_has_the_page_already_gets_none_again() -> None:
    page = Page()
    cache = cached(page)
    etag = Answer(cache).headers["etag"]
    for header in (etag, f'"other", {etag}'):
        again = Answer(cache, HTTP_IF_NONE_MATCH=header)
        assert again.status.startswith("304")
        assert again.body == b""
        assert again.headers["etag"] == etag
        assert "content-length" not in again.headers
        assert "content-type" not in again.headers
    assert Answer(cache, HTTP_IF_NONE_MATCH='W/"other"').status == "200 OK"
    assert page.asked == 1


def test_an_etag_changes_with_the_body_only() -> None:
    clock = Clock()
    steady = cached(Page(), clock=clock)
    before = Answer(steady).headers["etag"]
    clock.now = 20
    assert Answer(steady).headers["etag"] != before
    same = [Answer(cached(Page())).headers["etag"] for _ in range(2)]
    assert same[0] == same[1]


def test_the_oldest_answers_give_way() -> None:
    page = Page()
    cache = cached(page, entries=3)
    for number in range(4):
        Answer(cache, PATH_INFO=f"/{number}")
    Answer(cache, PATH_INFO="/3")
    assert page.asked == 4
    Answer(cache, PATH_INFO="/0")
    assert page.asked == 5
    assert len(cache._kept) == 3


def test_it_can_forget_everything() -> None:
    page = Page()
    cache = cached(page)
    Answer(cache)
    cache.clear()
    Answer(cache)
    assert page.asked == 2


def test_errors_of_the_application_pass_through_and_close_the_body() -> None:
    class Broken(Page):
        def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
            start_response("200 OK", [])
            raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        Answer(cached(Broken()))


def test_threads_get_whole_answers_of_their_own_address() -> None:
    page = Page()
    cache = cached(page, entries=5)
    wrong: list[str] = []

    def read(number: int) -> None:
        for turn in range(60):
            host = f"node{(number + turn) % 8}.example"
            answer = Answer(cache, HTTP_HOST=host, HTTP_ACCEPT_ENCODING="br" if turn % 2 else "")
            body = brotli.decompress(answer.body) if "content-encoding" in answer.headers else answer.body
            if host.encode() not in body or not body.endswith(b"x" * 600):
                wrong.append(host)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(cache._kept) <= 5
