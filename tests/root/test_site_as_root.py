"""What root starts does not stay root."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy import bootstrap
from roadmap_site.embedded import processes_in
from tests.roadmap_site.site_process import Site, free_port, running_site

SERVICES, SITE, CHECKS, GROUP = 62101, 62102, 62103, 62100


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="milepost-root-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        with running_site(Path(name) / "home", port=free_port()) as site:
            yield site


def ids(pid: int) -> tuple[set[int], set[int]]:
    """Real, effective, saved and file-system user and group ids."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    fields = dict(line.split(":", 1) for line in lines)
    users, groups = ({int(word) for word in fields[name].split()} for name in ("Uid", "Gid"))
    assert fields["Groups"].split() == []
    return users, groups


@pytest.mark.parametrize(
    ("program", "uid"), [("web", SITE), ("default", SITE), ("beat", SITE), ("checks", CHECKS)]
)
def test_program_runs_as_its_own_user(site: Site, program: str, uid: int) -> None:
    pids = site.pids(program=program)

    assert pids
    assert [ids(pid) for pid in pids] == [({uid}, {GROUP})] * len(pids)


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_service_runs_as_its_own_user(site: Site, name: str) -> None:
    pids = processes_in(site.home / name)

    assert pids
    assert [ids(pid) for pid in pids] == [({SERVICES}, {GROUP})] * len(pids)


def test_only_root_reads_the_secrets(site: Site) -> None:
    for name in ("secret_key", "data_secret", "database_password"):
        status = (site.home / name).stat()
        assert (status.st_uid, status.st_mode & 0o777) == (0, 0o600)


def test_only_the_common_group_reaches_the_sockets(site: Site) -> None:
    status = (site.home / "sockets").stat()

    assert (status.st_uid, status.st_gid) == (SERVICES, GROUP)
    assert status.st_mode & 0o777 == 0o750


def test_uploads_are_written_by_the_site_and_read_by_the_group(site: Site) -> None:
    status = (site.home / "uploads").stat()

    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (SITE, GROUP, 0o2750)


def test_python_in_a_closed_folder_is_of_no_use_to_root() -> None:
    question = "#!/bin/sh\necho 3 13\n"
    with tempfile.TemporaryDirectory(prefix="milepost-root-") as name:
        python = Path(name) / "python3"
        python.write_text(question)
        python.chmod(0o755)
        closed = bootstrap.find_python([python], root=True)
        Path(name).chmod(0o755)

        assert closed is None
        assert bootstrap.find_python([python], root=True) == python
