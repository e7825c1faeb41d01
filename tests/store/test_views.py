"""A view is kept once, found by its id, and limited in size."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from quant.errors import RequestError, StoreError
from quant.store import Store, open_store
from quant.store.views import MOST_BYTES

QUERY = "model=fashion-resnet&weights=8&weights=4&loss=0.5+pp"


def test_a_view_comes_back_by_its_id(store: Store) -> None:
    identity = store.keep_view(QUERY)
    assert store.view_query(identity) == QUERY
    assert len(identity) == 10


def test_equal_views_have_one_id_and_others_another(store: Store) -> None:
    identity = store.keep_view(QUERY)
    stamp = store.version_stamp()
    assert store.keep_view(QUERY) == identity
    assert store.version_stamp() == stamp
    assert store.keep_view(QUERY + "&size=1+MB") != identity


def test_an_id_that_another_view_has_grows_by_a_digit(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Same:
        def __init__(self, content: bytes) -> None:
            self.content = content

        def hexdigest(self) -> str:
            return "a" * 10 + ("b" if self.content == QUERY.encode() else "c") * 54

    monkeypatch.setattr(hashlib, "sha256", Same)
    first, second = store.keep_view("model=other"), store.keep_view(QUERY)
    assert (first, second) == ("a" * 10, "a" * 10 + "b")
    assert store.view_query(second) == QUERY
    assert store.keep_view(QUERY) == second


@pytest.mark.parametrize("identity", ["", "nothing", "' OR 1=1 --", "x" * 10_000])
def test_an_unknown_id_is_nothing(store: Store, identity: str) -> None:
    assert store.view_query(identity) is None


def test_a_view_that_is_too_large_is_refused_with_its_size(store: Store) -> None:
    store.keep_view("a" * MOST_BYTES)
    with pytest.raises(RequestError, match="takes 32,001 bytes and 32,000 can be kept"):
        store.keep_view("a" * (MOST_BYTES + 1))


def test_a_store_that_is_only_read_gives_views_and_takes_none(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'bitfront.db'}"
    with open_store(url) as store:
        identity = store.keep_view(QUERY)
    with open_store(url, read_only=True) as store:
        assert store.view_query(identity) == QUERY
        assert store.keep_view(QUERY) == identity
        with pytest.raises(StoreError, match="reading only"):
            store.keep_view("another")
