"""Who asks: four signs that stay with a browser."""

from __future__ import annotations

from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string

from pages.parts.visitor import signs


def test_a_browser_keeps_its_signs_while_its_cookie_is_masked_anew() -> None:
    first, second = (generate_xsrf_token_string(b"one browser only", 1700000000) for _ in range(2))
    assert first != second
    assert signs(first) == signs(f'"{second}"')


def test_browsers_that_came_in_the_same_second_differ() -> None:
    tokens = (b"one browser only", b"another browser.")
    assert len({signs(generate_xsrf_token_string(token, 1700000000)) for token in tokens}) == 2


def test_without_a_cookie_there_are_signs_all_the_same() -> None:
    for cookie in ("", "2|zz|zz|1", "2|00|", "2|||1"):
        assert len(signs(cookie)) == 4
