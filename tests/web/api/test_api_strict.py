"""JSON that two programs could read differently is refused."""

import json
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from web.api.strict import DEEPEST, Odd, parse

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(PLAIN)
@settings(max_examples=100)
def test_plain_json_is_read_as_it_was_written(value: object) -> None:
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value


@pytest.mark.parametrize(
    ("body", "code", "malformed"),
    [
        (b"", "empty_body", True),
        (b" \n", "empty_body", True),
        (b"{", "malformed_json", True),
        (b'{"a": 1,}', "malformed_json", True),
        (b"{'a': 1}", "malformed_json", True),
        (b'{"a": 1} x', "malformed_json", True),
        (b'\xef\xbb\xbf{"a": 1}', "malformed_json", True),
        (b'{"a": "\xff"}', "malformed_text", True),
        (b'{"a": "\xed\xa0\x80"}', "malformed_text", True),
        ('{"a": 1}'.encode("utf-16"), "malformed_text", True),
        (b'{"a": 1, "a": 2}', "duplicate_key", True),
        (b'{"a": {"b": 1, "\\u0062": 2}}', "duplicate_key", True),
        (b'{"a": NaN}', "not_a_number", True),
        (b'{"a": -Infinity}', "not_a_number", True),
        (b'{"a": 1e999}', "not_a_number", True),
        (b"[" * 61 + b"]" * 61, "too_deep", True),
        (b"[" * 10_000, "too_deep", True),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too_deep", True),
        (b'{"a": 1000000000000000000000000000000}', "number_too_large", False),
        (b'{"a": -' + b"9" * 5_000 + b"}", "number_too_large", False),
        (b'{"a": "x\\u0000"}', "zero_sign", False),
        (b'{"a\\u0000": 1}', "zero_sign", False),
        (b'{"a": "\\ud800"}', "lone_surrogate", False),
        (b'{"a": ["\\udc00\\ud800"]}', "lone_surrogate", False),
    ],
)
def test_odd_json_is_refused_with_its_code(body: bytes, code: str, malformed: bool) -> None:
    with pytest.raises(Odd) as refused:
        parse(body)
    assert (refused.value.code, refused.value.malformed) == (code, malformed)


def test_the_place_of_a_fault_is_told() -> None:
    with pytest.raises(Odd) as refused:
        parse(b'{"a":\n  ?}')
    assert (refused.value.line, refused.value.column) == (2, 3)
    with pytest.raises(Odd) as refused:
        parse(b'{"a": [1, {"b": "\\ud800"}]}')
    assert refused.value.path == ("a", 1, "b")


def test_sixty_levels_and_a_pair_of_surrogates_are_fine() -> None:
    assert parse(b"[" * DEEPEST + b"]" * DEEPEST)
    assert parse(b'"\\ud83d\\ude00"') == "\U0001f600"


def test_a_large_body_of_quotes_takes_little_memory() -> None:
    body = b'{"a": "' + b'\\"' * 500_000 + b'"}'
    tracemalloc.start()
    parse(body)
    assert tracemalloc.get_traced_memory()[1] < 20 * len(body)
    tracemalloc.stop()
