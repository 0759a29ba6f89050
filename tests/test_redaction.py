"""Messages of others, without the keys that may stand in them."""

import pytest

from toolkit.storage.redaction import redacted

CASES = {
    "query": (
        "500 for url: https://bucket.example.org/a/b?X-Amz-Signature=abc&y=1",
        "500 for url: https://bucket.example.org/a/b",
    ),
    "user": ("cannot read https://me:hunter2@example.org/x", "cannot read https://example.org/x"),
    "fragment": ("https://example.org/x#token=1 is gone", "https://example.org/x is gone"),
    "header": ("refused: Bearer abc.def", "refused: (hidden)"),
    "token of the Hub": ("invalid hf_abcdefghijk", "invalid (hidden)"),
    "later lines": ("first\nAuthorization: Basic abc", "first"),
    "nothing to hide": ("no such file: /data/x", "no such file: /data/x"),
}


@pytest.mark.parametrize(("said", "shown"), CASES.values(), ids=CASES)
def test_keys_are_left_out(said, shown):
    assert redacted(said) == shown


def test_values_of_the_environment_that_are_keys_are_left_out(monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG")
    monkeypatch.setenv("HF_TOKEN", "an-odd-token")
    assert redacted("wJalrXUtnFEMI/K7MDENG and an-odd-token") == "(hidden) and (hidden)"


def test_a_long_message_is_cut():
    assert redacted("x" * 1000) == "x" * 299 + "…"
