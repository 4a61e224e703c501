import pytest

from campaigns import draw as engine


def test_canonical_sorts_keys_and_escapes_only_what_must_be():
    value = {"b": [True, None, -1], "a": '"\\/\b\f\n\r\t\x00\x1f\x7f\u2028é🎲', "é": {}, "B": []}

    assert engine.canonical(value) == (
        '{"B":[],"a":"\\"\\\\/\\b\\f\\n\\r\\t\\u0000\\u001f\x7f\u2028é🎲","b":[true,null,-1],"é":{}}'.encode()
    )


@pytest.mark.parametrize(
    ("value", "path", "code"),
    [
        ({"a": [1.0]}, "a[0]", "not_json_value"),
        (float("nan"), "", "not_json_value"),
        ((1,), "", "not_json_value"),
        ({1: 2}, "", "not_json_value"),
        ([2**53], "[0]", "number_too_large"),
        ({"a": "\ud83c"}, "a", "not_unicode"),
        ({"a": "e\u0301"}, "a", "not_nfc"),
        ({"🎲": 1}, "🎲", "astral_key"),
    ],
)
def test_canonical_refuses_what_the_protocol_cannot_hold(value, path, code):
    with pytest.raises(engine.JsonRefused) as refused:
        engine.canonical(value)

    assert (refused.value.path, refused.value.code) == (path, code)


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        ('{"a": [{"b": 1, "c": 2, "b": 1}]}', "a[0].b", "repeated_key"),
        ("[" * 100_000, "", "too_deep"),
        ("[" * 100 + "]" * 100, "[0]" * 64, "too_deep"),
        ("{'a': 1}", "", "not_json"),
        (b"\xff", "", "not_json"),
        ("", "", "not_json"),
        ("[1e3]", "[0]", "not_json_value"),
        ("[NaN]", "[0]", "not_json_value"),
        ("9" * 5_000, "", "not_json"),
    ],
)
def test_parse_refuses_with_a_place(text, path, code):
    with pytest.raises(engine.JsonRefused) as refused:
        engine.parse(text)

    assert (refused.value.path, refused.value.code) == (path, code)


def test_dump_is_read_back_by_parse():
    value = {"b": ["é\u2028🎲", 1, None, True], "a": {}}

    assert engine.parse(engine.dump(value)) == value
    assert list(engine.parse(engine.dump(value))) == ["b", "a"]
