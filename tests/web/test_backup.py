"""Backup and restore, rehearsed by the commands themselves on the database the tests run on."""

import fcntl
import json
import os
import resource
import shutil
import sqlite3
import stat
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import psycopg
import pytest
from deployments import ON_POSTGRES, Deployment, deployment, soon, started

from hetao.errors import UserError
from hetao.web.backup import back_up
from hetao.web.restore import checked, restore

KEPT = {
    "city.toml", "bodies.toml", "plan/甲/ledger.toml", "sources/001-zones/原件.csv",
    "snapshots/2026-06-30/roads.parquet", "platform/calendar.toml",
}  # fmt: skip
DUMP = "database.pgdump" if ON_POSTGRES else "database.sqlite3"


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    with deployment(tmp_path_factory.mktemp("live") / "city") as made:
        done = subprocess.run(
            [sys.executable, Path(__file__).with_name("kept_world.py")],
            env=made.environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        yield made


@pytest.fixture(scope="module")
def kept(live, tmp_path_factory):
    file = tmp_path_factory.mktemp("backups") / "one.hetao"
    done = live.run("backup", live.root, "-o", file)
    assert done.returncode == 0, done.stderr
    assert "Backed up into" in done.stdout
    return file


@pytest.fixture(scope="module")
def restored(kept, tmp_path_factory):
    with deployment(tmp_path_factory.mktemp("restored") / "again") as made:
        done = made.run("restore", kept, made.root)
        assert done.returncode == 0, done.stderr
        assert "榆湾市" in done.stdout
        yield made


@pytest.fixture
def elsewhere(tmp_path):
    with deployment(tmp_path / "elsewhere") as made:
        yield made


def files_of(root: Path) -> dict[str, bytes]:
    found = {
        file.relative_to(root).as_posix(): file.read_bytes()
        for file in root.rglob("*") if file.is_file()
    }  # fmt: skip
    return {name: body for name, body in found.items() if not name.startswith("hetao.sqlite3")}


def names_and_evidence(live: Deployment) -> set[str]:
    evidence = (live.root / "platform" / "files").rglob("*")
    found = {file.relative_to(live.root).as_posix() for file in evidence if file.is_file()}
    assert len(found) == 1
    return KEPT | found


def test_a_backup_brings_back_every_row_and_every_file(live, restored):
    before, after = live.rows(), restored.rows()
    assert before == after
    for table in ("tasks_task", "tasks_step", "tasks_evidence", "auditlog_logentry", "cities_edit"):
        assert after[table], table
    wanted = names_and_evidence(live)
    assert files_of(restored.root) == {
        name: body for name, body in files_of(live.root).items() if name in wanted
    }


def test_what_was_restored_still_refuses_to_change_its_history(restored):
    refused = psycopg.errors.RaiseException if ON_POSTGRES else sqlite3.IntegrityError
    for statement in ("DELETE FROM tasks_step", "UPDATE auditlog_logentry SET object_repr = ''"):
        with pytest.raises(refused, match="append-only"), restored.connection() as connection:
            connection.execute(statement)


def test_what_was_restored_takes_new_rows_and_is_of_this_versions_schema(kept, elsewhere):
    assert elsewhere.run("restore", kept, elsewhere.root).returncode == 0
    made = elsewhere.run(
        "manage", elsewhere.root, "shell", "-v0", "-c",
        "from django.core.management import call_command;"
        "call_command('migrate', check_unapplied=True, verbosity=0);"
        "from hetao.web.accounts.models import User;"
        "User.objects.create(username='new', shown_name='新来的');"
        "print(User.objects.count())",
    )  # fmt: skip
    assert made.stdout.strip() == "3", made.stderr


def test_the_manifest_tells_versions_counts_and_digests(live, kept):
    with zipfile.ZipFile(kept) as archive:
        told = json.loads(archive.read("manifest.json"))
    assert told["city"] == {"name": "榆湾市", "code": "159900"}
    assert told["database"]["name"] == DUMP
    assert told["database"]["rows"] == {table: len(rows) for table, rows in live.rows().items()}
    assert "tasks.0002_append_only" in told["database"]["migrations"]
    assert set(told["files"]) == names_and_evidence(live)
    assert told["files"]["snapshots/2026-06-30/roads.parquet"]["bytes"] == 10_240


def test_a_backup_is_readable_by_its_owner_alone(kept):
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_the_key_is_kept_only_when_asked_for(live, kept, elsewhere, tmp_path):
    key = (live.root / "platform" / "secret_key").read_bytes()
    with zipfile.ZipFile(kept) as archive:
        assert not [name for name in archive.namelist() if "secret_key" in name]
    with_key = tmp_path / "with-key.hetao"
    assert live.run("backup", live.root, "-o", with_key, "--with-key").returncode == 0
    assert elsewhere.run("restore", with_key, elsewhere.root).returncode == 0
    restored = elsewhere.root / "platform" / "secret_key"
    assert restored.read_bytes() == key
    assert stat.S_IMODE(restored.stat().st_mode) == 0o600


def test_an_earlier_backup_is_never_replaced(live, kept):
    before = kept.read_bytes()
    with pytest.raises(UserError, match="exists"):
        back_up(live.root, kept)
    assert kept.read_bytes() == before


def test_a_backup_is_taken_while_others_write(live, tmp_path):
    """Somebody's transaction is open all the while: what is not committed is not in the backup."""
    with live.connection() as connection:
        connection.execute(
            "INSERT INTO cities_zone (code, name, level, parent, county, west, south, east, north,"
            " shape) VALUES ('x', 'x', 'county', '', '', 0, 0, 0, 0, '')"
        )
        done = live.run("backup", live.root, "-o", tmp_path / "busy.hetao")
        connection.rollback()
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(tmp_path / "busy.hetao") as archive:
        told = json.loads(archive.read("manifest.json"))
    assert told["database"]["rows"]["cities_zone"] == 0


def test_a_backup_waits_for_an_import_and_then_has_it_whole(live, tmp_path):
    file, new = tmp_path / "one.hetao", live.root / "sources" / "002-new"
    with (live.root / "platform" / "workspace.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with started(live, "backup", live.root, "-o", file) as process:
            assert soon(lambda: any(tmp_path.iterdir()), 300)
            new.mkdir()
            (new / "first").write_bytes(b"1")
            time.sleep(0.5)
            assert process.poll() is None
            (new / "second").write_bytes(b"2")
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert process.wait(300) == 0
    shutil.rmtree(new)
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
    assert {f"workspace/sources/002-new/{one}" for one in ("first", "second")} <= set(names)


def tampered(kept: Path, target: Path, name: str) -> Path:
    """Return a copy in which one byte in the middle of a member differs."""
    with zipfile.ZipFile(kept) as archive:
        info = archive.getinfo(name)
    body = bytearray(kept.read_bytes())
    header = info.header_offset + 30
    lengths = body[info.header_offset + 26 : header]
    start = header + int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
    body[start + info.compress_size // 2] ^= 1
    target.write_bytes(body)
    return target


@pytest.mark.parametrize(
    "name",
    [DUMP, "workspace/snapshots/2026-06-30/roads.parquet", "workspace/city.toml", "manifest.json"],
)
def test_one_changed_byte_is_refused_by_name(kept, tmp_path, name):
    file = tampered(kept, tmp_path / "tampered.hetao", name)
    with pytest.raises(UserError, match=f"{name} does not agree"):
        restore(file, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


def test_a_damaged_backup_is_one_sentence_on_the_command_line(kept, elsewhere, tmp_path):
    file = tampered(kept, tmp_path / "tampered.hetao", DUMP)
    done = elsewhere.run("restore", file, elsewhere.root)
    assert done.returncode == 2
    assert f"{DUMP} does not agree" in done.stderr
    assert "Traceback" not in done.stderr
    assert not elsewhere.root.exists()
    assert not ON_POSTGRES or elsewhere.rows() == {}


def rewritten(kept: Path, target: Path, change) -> Path:
    """Return a copy whose members were changed by someone who knows zip files."""
    with zipfile.ZipFile(kept) as source, zipfile.ZipFile(target, "w") as archive:
        members = {name: source.read(name) for name in source.namelist()}
        change(members)
        for name, body in members.items():
            archive.writestr(name, body)
    return target


def put(name: str, body: bytes):
    return lambda members: members.update({name: body})


def told_otherwise(**changes):
    def change(members):
        told = json.loads(members["manifest.json"])
        for key, value in changes.items():
            told[key] = told[key] | value if isinstance(value, dict) else value
        members["manifest.json"] = json.dumps(told).encode()

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        pytest.param(put("workspace/city.toml", b"name"), "workspace/city.toml", id="another text"),
        pytest.param(put("workspace/more", b""), "workspace/more", id="a file too many"),
        pytest.param(lambda m: m.pop("workspace/city.toml"), "city.toml", id="a file too few"),
        pytest.param(lambda m: m.pop("manifest.json"), "manifest.json", id="no manifest"),
        pytest.param(put("manifest.json", b"[]"), "manifest.json", id="a strange manifest"),
        pytest.param(told_otherwise(format=2), "newer version", id="a newer format"),
        pytest.param(
            told_otherwise(database={"migrations": ["tasks.9999_later"]}), "tasks.9999_later",
            id="a newer schema",
        ),
        pytest.param(
            told_otherwise(database={"vendor": "oracle"}), "oracle", id="another kind of database"
        ),
    ],
)  # fmt: skip
def test_a_backup_that_does_not_fit_is_refused(kept, tmp_path, change, sentence):
    file = rewritten(kept, tmp_path / "changed.hetao", change)
    with pytest.raises(UserError, match=sentence):
        restore(file, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


def test_a_name_that_leads_out_of_the_folder_is_refused(kept, tmp_path):
    def lead_out(members):
        told = json.loads(members["manifest.json"])
        told["files"]["../../evil"] = told["files"].pop("city.toml")
        members["workspace/../../evil"] = members.pop("workspace/city.toml")
        members["manifest.json"] = json.dumps(told).encode()

    file = rewritten(kept, tmp_path / "changed.hetao", lead_out)
    with zipfile.ZipFile(file) as archive, pytest.raises(UserError, match="evil"):
        checked(archive, file)


@pytest.mark.parametrize("size", [0, 100, -200])
def test_a_file_cut_short_is_refused(kept, tmp_path, size):
    file = tmp_path / "short.hetao"
    file.write_bytes(kept.read_bytes()[:size])
    with pytest.raises(UserError, match="is damaged"):
        restore(file, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_holds_something_is_refused(kept, tmp_path):
    (tmp_path / "mine").write_text("x")
    with pytest.raises(UserError, match="not empty"):
        restore(kept, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_database_that_holds_something_is_refused(live, kept, tmp_path):
    before = live.rows()
    done = live.run("restore", kept, tmp_path / "second")
    assert done.returncode == 2
    assert "holds something" in done.stderr
    assert live.rows() == before
    assert not (tmp_path / "second").exists()


def little_room() -> None:
    room = 64 * 1024  # enough for what SQLite keeps beside a database, too little for a copy
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))


def test_a_full_disk_is_told_once_and_leaves_no_backup(live, tmp_path):
    done = live.run("backup", live.root, "-o", tmp_path / "full.hetao", preexec_fn=little_room)
    assert done.returncode == 2
    assert done.stderr.count("the disk is full") == 1
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_nothing_half_restored(kept, elsewhere):
    done = elsewhere.run("restore", kept, elsewhere.root, preexec_fn=little_room)
    assert done.returncode == 2
    assert done.stderr.count("the disk is full") == 1
    assert list(elsewhere.root.parent.iterdir()) == []
    assert not ON_POSTGRES or elsewhere.rows() == {}


def test_a_folder_that_is_no_workspace_is_told(tmp_path):
    with pytest.raises(UserError, match="is no workspace"):
        back_up(tmp_path, tmp_path / "one.hetao")


def test_without_the_programs_of_postgresql_their_package_is_named(live, tmp_path):
    if not ON_POSTGRES:  # SQLite needs none of them
        assert live.run(
            "backup", live.root, "-o", tmp_path / "one.hetao", more={"PATH": ""}
        ).returncode == 0  # fmt: skip
        return
    done = live.run("backup", live.root, "-o", tmp_path / "one.hetao", more={"PATH": ""})
    assert done.returncode == 2
    assert "postgresql-client" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_older_program_of_postgresql_is_refused(live, tmp_path):
    old = tmp_path / "bin" / "pg_dump"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    path = f"{old.parent}{os.pathsep}{os.environ['PATH']}"
    done = live.run("backup", live.root, "-o", tmp_path / "x" / "one.hetao", more={"PATH": path})
    assert done.returncode == (2 if ON_POSTGRES else 0)
    assert ("version 9" in done.stderr) == ON_POSTGRES
    shutil.rmtree(old.parent)
