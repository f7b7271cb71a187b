"""Embedders: the built-in one, and an endpoint that speaks (or fails to speak) the OpenAI format over real HTTP."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from citytandem.search.embedder import DIMENSIONS, BuiltIn, EmbedderUnavailable, Endpoint, fit_dimensions, unit
from citytandem.search.models import Entry
from citytandem.search.space import unlearned

Answering = Callable[[dict[str, Any]], tuple[int, Any]]


@contextmanager
def server(answering: Answering) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An HTTP server on this machine; gives its address and what it was asked."""
    asked: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            asked.append({"path": self.path, "key": self.headers.get("Authorization"), **body})
            status, answer = answering(body)
            payload = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{running.server_port}/v1", asked
        finally:
            running.shutdown()


def openai(width: int = 4, *, order: int = 1) -> Answering:
    """The n-th text gets the n-th unit vector."""

    def answer(body: dict[str, Any]) -> tuple[int, Any]:
        rows = [
            {"object": "embedding", "index": n, "embedding": [float(n == i) for i in range(width)]}
            for n in range(len(body["input"]))
        ]
        return 200, {"object": "list", "model": body["model"], "data": rows[::order]}

    return answer


def test_it_asks_in_the_openai_format() -> None:
    with server(openai()) as (url, asked):
        rows = Endpoint(url=url + "/", model="e5", key="secret").embed(["Müll", "x" * 5_000])
    assert rows.shape == (2, DIMENSIONS)
    assert rows.dtype == np.float32
    assert asked[0]["path"] == "/v1/embeddings"
    assert (asked[0]["model"], asked[0]["key"]) == ("e5", "Bearer secret")
    assert asked[0]["input"] == ["Müll", "x" * 1_200]


def test_rows_come_back_in_the_order_of_the_texts() -> None:
    with server(openai(order=-1)) as (url, _):
        rows = Endpoint(url=url, model="e5").embed(["a", "b", "c"])
    assert rows[:, :3].tolist() == np.eye(3).tolist()


def test_no_text_asks_nobody() -> None:
    assert Endpoint(url="http://127.0.0.1:1", model="e5").embed([]).shape == (0, DIMENSIONS)


def rows_of(*embeddings: Any) -> dict[str, Any]:
    return {"data": [{"index": n, "embedding": embedding} for n, embedding in enumerate(embeddings)]}


BROKEN: dict[str, tuple[int, Any]] = {
    "server error": (500, {"error": {"message": "out of memory"}}),
    "wrong key": (401, {"error": {"message": "no"}}),
    "elsewhere": (302, b""),
    "no JSON": (200, b"<html>"),
    "no text": (200, b"\xff\xfe"),
    "another shape": (200, {"vectors": []}),
    "a list": (200, [1, 2]),
    "null": (200, None),
    "null rows": (200, {"data": None}),
    "too few": (200, rows_of([1.0, 0.0])),
    "too many": (200, rows_of([1.0], [1.0], [1.0])),
    "uneven": (200, rows_of([1.0, 0.0], [1.0])),
    "packed": (200, rows_of("AAAA", "AAAA")),
    "no numbers": (200, rows_of([], [])),
    "holes": (200, rows_of([1.0, None], [1.0, 0.0])),
    "not a number": (200, b'{"data": [{"index": 0, "embedding": [NaN]}, {"index": 1, "embedding": [1]}]}'),
    "without end": (200, b'{"data": [{"index": 0, "embedding": [1e999]}, {"index": 1, "embedding": [1]}]}'),
    "without order": (200, {"data": [{"embedding": [1.0]}, {"embedding": [1.0]}]}),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_whatever_goes_wrong_there_is_told_in_one_way(fault: str) -> None:
    with server(lambda _: BROKEN[fault]) as (url, _), pytest.raises(EmbedderUnavailable) as caught:
        Endpoint(url=url, model="e5").embed(["a", "b"])
    assert url in str(caught.value)


def test_a_slow_endpoint_is_not_waited_for() -> None:
    def slowly(body: dict[str, Any]) -> tuple[int, Any]:
        time.sleep(1)
        return openai()(body)

    with server(slowly) as (url, _):
        began = time.monotonic()
        with pytest.raises(EmbedderUnavailable):
            Endpoint(url=url, model="e5", timeout=0.2).embed(["a"])
        assert time.monotonic() - began < 0.9


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/v1", "ftp://127.0.0.1/v1", "http://[::1", "nonsense", ""])
def test_an_address_that_leads_nowhere_is_told(url: str) -> None:
    with pytest.raises(EmbedderUnavailable):
        Endpoint(url=url, model="e5").embed(["a"])


def test_the_longest_model_name_fits_beside_the_vectors() -> None:
    endpoint = Endpoint(url="http://127.0.0.1:1", model="organisation/" + "very-long-name-" * 8)
    columns = [Entry._meta.get_field("embedded_with").max_length or 0]
    assert len(unlearned(endpoint.name).name) <= min(columns)
    other = Endpoint(url="http://127.0.0.1:1", model="organisation/" + "very-long-name-" * 8 + "2")
    assert endpoint.name != other.name


@settings(deadline=None)
@given(st.integers(1, DIMENSIONS), st.integers(0, 1_000))
def test_shorter_vectors_keep_their_inner_products(width: int, seed: int) -> None:
    vectors = np.random.default_rng(seed).standard_normal((5, width)).astype(np.float32)
    fitted = fit_dimensions(vectors)
    assert fitted.shape == (5, DIMENSIONS)
    assert np.allclose(fitted @ fitted.T, vectors @ vectors.T, atol=1e-3)


@pytest.mark.parametrize("width", [385, 768, 1024, 3072])
def test_longer_vectors_keep_their_angles_about(width: int) -> None:
    """Johnson and Lindenstrauss: the error shrinks like 1/sqrt(384), here 0.05; five times that is out of reach."""
    vectors = unit(np.random.default_rng(7).standard_normal((60, width)).astype(np.float32) + 0.7)
    fitted = unit(fit_dimensions(vectors))
    assert fitted.shape == (60, DIMENSIONS)
    assert np.abs(fitted @ fitted.T - vectors @ vectors.T).max() < 5 / np.sqrt(DIMENSIONS)
    assert np.array_equal(fit_dimensions(vectors), fit_dimensions(vectors))


def test_unit_rows_have_length_one_and_nothing_stays_nothing() -> None:
    rows = unit(np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32))
    assert np.allclose(rows, [[0.6, 0.8], [0, 0]])


def test_the_built_in_model_gives_unit_rows_and_the_same_ones_each_time() -> None:
    model = BuiltIn()
    rows = model.embed(["Die Mülleimer quellen über.", "", "Κάδοι"])
    assert rows.shape == (3, DIMENSIONS)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-2)
    assert np.array_equal(rows[:1], model.embed(["Die Mülleimer quellen über."]))
    assert model.embed([]).shape == (0, DIMENSIONS)


def test_the_built_in_model_can_be_asked_by_several_threads() -> None:
    model, texts = BuiltIn(), ["Müll", "Κάδοι", "Боклук", "Bins"]
    wanted = model.embed(texts)
    found: dict[int, Any] = {}
    threads = [threading.Thread(target=lambda n=n: found.update({n: model.embed([texts[n]])[0]})) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(found[n], wanted[n]) for n in range(4))
