"""What stands at a path, asked in a way that has an answer or raises, on every version of Python."""

import errno

import pytest

from toolkit.storage.presence import is_absent, is_file, is_folder, is_link, is_seen_file, is_there

TOO_LONG = "x" * 300


@pytest.fixture
def place(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to("file")
    (tmp_path / "broken").symlink_to("nothing")
    (tmp_path / "circle").symlink_to("circle")
    return tmp_path


@pytest.mark.parametrize(
    ("name", "there", "named", "folder", "file", "link"),
    [
        ("folder", True, True, True, False, False),
        ("file", True, True, False, True, False),
        ("link", True, True, False, True, True),
        ("broken", False, True, False, False, True),
        ("circle", False, True, False, False, True),
        ("nothing", False, False, False, False, False),
        ("file/below", False, False, False, False, False),
        ("nul\0", False, False, False, False, False),
    ],
)
def test_what_stands_there(place, name, there, named, folder, file, link):
    path = place / name
    assert (is_there(path), is_there(path, follow_links=False)) == (there, named)
    assert (is_folder(path), is_file(path), is_link(path)) == (folder, file, link)
    assert (is_absent(path), is_seen_file(path)) == (not named, file)


@pytest.mark.parametrize("ask", [is_there, is_folder, is_file, is_link])
def test_what_cannot_be_told_is_an_error(place, ask):
    with pytest.raises(OSError, match="too long") as caught:
        ask(place / TOO_LONG)
    assert caught.value.errno == errno.ENAMETOOLONG


def test_who_can_do_without_an_answer_is_told_what_is_safe(place):
    assert (is_absent(place / TOO_LONG), is_seen_file(place / TOO_LONG)) == (False, False)
