"""Git URLs as users write them, and as they are shown: without credentials."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_flops_mock.errors import RepositoryError
from pytest_flops_mock.repository.urls import MAX_REF, Remote, remote_of, secrets_of, without_credentials


@pytest.mark.parametrize(
    ("text", "url", "ref"),
    [
        ("https://host/owner/x", "https://host/owner/x", ""),
        ("https://host/owner/x@v1", "https://host/owner/x", "v1"),
        ("https://host/owner/x.git@feature/cats", "https://host/owner/x.git", "feature/cats"),
        ("https://user:secret@host/x.git", "https://user:secret@host/x.git", ""),
        ("https://user:secret@host/x.git@v1", "https://user:secret@host/x.git", "v1"),
        ("https://host/@scope/x", "https://host/@scope/x", ""),
        ("https://host/x.git@", "https://host/x.git", ""),
        ("ssh://git@host:22/x.git@v1", "ssh://git@host:22/x.git", "v1"),
        ("ssh://git@host", "ssh://git@host", ""),
        ("git@host:owner/x", "git@host:owner/x", ""),
        ("git@host:owner/x.git", "git@host:owner/x.git", ""),
        ("git@host:owner/x@v1", "git@host:owner/x", "v1"),
        ("git@host:owner/x.git@v1", "git@host:owner/x.git", "v1"),
        ("file:///no/x.git@v1", "file:///no/x.git", "v1"),
        ("/no/such/x.git@v1", "/no/such/x.git", "v1"),
    ],
)
def test_a_git_url_may_have_a_ref(text: str, url: str, ref: str) -> None:
    assert remote_of(text) == Remote(url, ref)


def test_a_folder_is_no_git_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "work.git").mkdir()
    monkeypatch.chdir(tmp_path)
    assert [remote_of(text) for text in (".", "a/b", "a@b", "work.git", str(tmp_path), "-x", "")] == [None] * 7


def test_an_at_in_a_local_path_stays_there(tmp_path: Path) -> None:
    (tmp_path / "a@b").mkdir()
    assert remote_of(f"file://{tmp_path}/a@b") == Remote(f"file://{tmp_path}/a@b")


def refusal(text: str) -> str:
    with pytest.raises(RepositoryError) as caught:
        remote_of(text)
    return str(caught.value)


def test_other_protocols_are_refused() -> None:
    assert refusal("http://user:secret@host/x.git") == (
        "a repository cannot be cloned from there\n"
        "  where     http://***@host/x.git\n"
        "  expected  https://, ssh://, user@host:path or a path, of at most 2,000 characters, and a ref of 250\n"
        "  got       a Git URL of another kind: http\n"
        "  nearest   https://***@host/x.git\n"
        "  fix       give such a URL, or clone the repository elsewhere and give its folder"
    )
    for text in ("git://host/x", "ftp://host/x", "git+https://host/x", "ext::sh -c true", "https:/host/x", "file:/x"):
        assert "a Git URL of another kind" in refusal(text)


@pytest.mark.parametrize(
    ("text", "got"),
    [
        ("https://host/" + "x" * 3_000, "a URL of 3,013 characters"),
        (f"https://host/x@{'r' * (MAX_REF + 1)}", "a ref of 251 characters"),
        ("https://host/x\nhost=other", "a URL with characters that cannot be seen"),
        ("https://host/x@v\x1b[1m", "a ref with characters that cannot be seen"),
        ("https://user:secret/secret@host/x", "no host and port after ://; in a password, / is written as %2F"),
        ("user:secret@host/x", "a name and a password, and no https:// or ssh:// before them"),
    ],
)
def test_what_no_server_has_is_refused(text: str, got: str) -> None:
    told = refusal(text)
    assert f"  got       {got}\n" in told
    assert len(told) < 1_000
    assert "secret" not in told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://host/x.git", "https://host/x.git"),
        ("https://host:8443/@scope/x.git", "https://host:8443/@scope/x.git"),
        ("https://[::1]:8443/x", "https://[::1]:8443/x"),
        ("ssh://git@host:22/x.git", "ssh://git@host:22/x.git"),
        ("git@host:owner/x", "git@host:owner/x"),
        ("/srv/a@b:c/x", "/srv/a@b:c/x"),
        ("file:///a?b/c#d", "file:///a?b/c#d"),
        ("https://user:pa@ss@host/x", "https://***@host/x"),
        ("https://user:pa/ss@host/x", "https://***@host/x"),
        ("https://user:pa%40ss@host/x", "https://***@host/x"),
        ("https://user%3Apass%40host/x", "https://***@host/x"),
        ("https://token@host/x", "https://***@host/x"),
        ("ssh://user:pass@host/x", "ssh://***@host/x"),
        ("https://host/x?token=a&b=c", "https://host/x?***"),
        ("https://host/x%3Ftoken=a", "https://host/x?***"),
        ("https://host/x#a", "https://host/x?***"),
        ("https://host/token=a/x", "https://host/token=***/x"),
        ("user:pass@host:x", "***@host:x"),
        ("user:pa@/ss@host/x", "***@host/x"),
        ("https://user:pa@/ss@host/x", "https://***@host/x"),
        ("git+https://user:pass@host/x", "git+https://***@host/x"),
    ],
)
def test_what_is_shown_of_a_url(text: str, shown: str) -> None:
    assert without_credentials(text) == shown


def test_all_that_must_not_be_told_is_known() -> None:
    assert {"user:pa%40ss", "user:pa@ss", "user", "pa%40ss", "pa@ss"} <= {*secrets_of("https://user:pa%40ss@host/x")}
    assert secrets_of("https://host/x@v1") == ()


def test_where_a_folder_is_meant_a_url_is_shown_without_credentials() -> None:
    from pytest_flops_mock import check_repository

    told = str(check_repository("https://user:secret@host/x", "grpc://127.0.0.1:1", data_tags=["a"], until="structure"))
    assert "secret" not in told
    assert "https://***@host/x" in told
