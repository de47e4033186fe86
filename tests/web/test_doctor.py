"""Looking a deployment over: a well one, and one for every fault there is a sentence for."""

import fcntl
import json
import os
import shutil
import tomllib
from datetime import timedelta
from importlib.resources import files

import pytest
from deployments import ON_POSTGRES, deployment, found_empty
from django.utils import timezone

from hetao.web import doctor
from hetao.web.doctor import diagnose
from hetao.web.jobs.models import RUNNING, Job
from hetao.web.site.shell import bundled
from hetao.web.tasks.calendar import calendar

KEY = "x" * 60
SENTENCES = tomllib.loads((files("hetao") / "texts.toml").read_text("utf-8"))["doctor_says"]


@pytest.fixture
def well(db, settings, tmp_path, monkeypatch, run):
    """A deployment in which all is in place."""
    root = tmp_path / "city"
    found_empty(root)
    for folder in ("files", f"tiles/{run.snapshot}"):
        (root / "platform" / folder).mkdir(parents=True)
    (root / "platform" / "tiles" / run.snapshot / "manifest.json").write_text("{}")
    years = range(timezone.localdate().year, timezone.localdate().year + 2)
    (root / "platform" / "calendar.toml").write_text(
        "".join(f"[[years]]\nyear = {year}\noff = []\nworked = []\n" for year in years)
    )
    settings.ROOT, settings.MEDIA_ROOT = root, root / "platform" / "files"
    settings.HTTPS = True
    settings.ALLOWED_HOSTS = ["lvse.yuwan.example"]
    settings.SECRET_KEY = "".join(chr(33 + n) for n in range(90))
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = True
    settings.CSRF_COOKIE_SECURE = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True
    settings.EMAIL_BACKEND = "django.core.mail.backends.base.BaseEmailBackend"
    settings.DEFAULT_FROM_EMAIL = "lvse@yuwan.example"
    monkeypatch.setattr(doctor, "FULL_BYTES", 0)
    monkeypatch.setattr(doctor, "LOW_BYTES", 0)
    monkeypatch.setenv("HETAO_SECRET_KEY", KEY)
    monkeypatch.delenv("HETAO_BACKUPS", raising=False)
    calendar.cache_clear()
    with (root / "platform" / "worker.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield root
    calendar.cache_clear()


def found_in(root) -> list[doctor.Trouble]:
    """Return what is found but for the map's scripts, which a checkout may not have built."""
    return [trouble for trouble in diagnose(root) if trouble.name != "bundle"]


def names(root) -> list[str]:
    return [trouble.name for trouble in found_in(root)]


def test_a_deployment_that_is_well_has_no_fault(well):
    assert names(well) == []


def test_all_faults_are_told_at_once_the_errors_first(well, settings, monkeypatch):
    monkeypatch.setenv("HETAO_SECRET_KEY", "short")
    settings.ALLOWED_HOSTS = ["*"]
    settings.DEFAULT_FROM_EMAIL = "hetao@localhost"
    (well / "city.toml").unlink()
    found = found_in(well)
    assert {one.name for one in found} == {"workspace", "short_key", "any_host", "mail_from"}
    assert [one.severity for one in found] == ["error"] * 3 + ["warning"]


def test_a_worker_that_is_gone_is_missed(well):
    (well / "platform" / "worker.lock").rename(well / "held elsewhere")
    assert names(well) == ["worker"]
    (well / "platform" / "worker.lock").touch()
    assert names(well) == ["worker"]


def test_work_that_does_not_stir_is_told(well):
    hour_ago = timezone.now() - timedelta(hours=1)
    job = Job.objects.create(kind="checkup", asked_at=hour_ago)
    assert names(well) == ["waiting"]
    Job.objects.filter(pk=job.pk).update(state=RUNNING, beat_at=hour_ago)
    assert names(well) == ["stuck"]
    Job.objects.filter(pk=job.pk).update(beat_at=timezone.now())
    Job.objects.create(kind="take_up", asked_at=hour_ago)
    assert names(well) == []


def test_a_key_that_others_may_read_is_told(well, monkeypatch):
    monkeypatch.delenv("HETAO_SECRET_KEY")
    assert names(well) == ["no_key"]
    key = well / "platform" / "secret_key"
    key.write_text(KEY)
    key.chmod(0o640)
    assert names(well) == ["open_key"]
    key.chmod(0o600)
    assert names(well) == []


def test_the_disk_is_told_before_it_is_full(well, monkeypatch):
    free = shutil.disk_usage(well).free
    monkeypatch.setattr(doctor, "LOW_BYTES", free * 2)
    assert [(one.name, one.severity) for one in found_in(well)] == [("disk", "warning")]
    monkeypatch.setattr(doctor, "FULL_BYTES", free * 2)
    assert [(one.name, one.severity) for one in found_in(well)] == [("disk", "error")]


def test_with_https_every_check_of_djangos_counts(well, settings):
    settings.SESSION_COOKIE_SECURE = False
    found = found_in(well)
    assert [(one.name, one.facts["id"]) for one in found] == [("django", "security.W012")]


def test_without_https_one_warning_says_so(well, settings):
    settings.HTTPS = settings.SESSION_COOKIE_SECURE = False
    assert [(one.name, one.severity) for one in found_in(well)] == [("https", "warning")]


def test_hosts_of_this_machine_alone_are_no_servers(well, settings):
    settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
    assert names(well) == ["hosts"]


def test_a_mail_server_that_does_not_answer_is_told(well, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert names(well) == ["mail"]
    settings.EMAIL_BACKEND = "no.such.Backend"
    assert names(well) == ["mail"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    assert names(well) == ["mail_console"]


def test_a_map_without_tiles_is_told(well, run):
    shutil.rmtree(well / "platform" / "tiles")
    assert names(well) == ["tiles"]
    run.delete()
    assert names(well) == ["no_run"]


def test_a_map_without_scripts_is_told(well):
    assert ("bundle" in [one.name for one in diagnose(well)]) == (not bundled())


def test_a_year_that_was_not_announced_is_told_for_this_year_and_the_next(well):
    (well / "platform" / "calendar.toml").write_text(
        "".join(f"[[years]]\nyear = {year}\noff = []\nworked = []\n" for year in (1999,))
    )
    calendar.cache_clear()
    known = calendar().years
    year = timezone.localdate().year
    wanted = [one for one in (year, year + 1) if one not in known]
    assert [one.facts["year"] for one in found_in(well)] == wanted
    (well / "platform" / "calendar.toml").write_text("years = 3")
    calendar.cache_clear()
    assert names(well) == ["calendar_damaged"]


def test_a_time_zone_that_is_not_chinas_is_told(well, settings):
    settings.TIME_ZONE = "Europe/Paris"
    assert names(well) == ["time_zone"]


def test_files_that_anybody_may_change_are_told(well):
    opened = well / "platform" / "files" / "evidence.pdf"
    opened.write_bytes(b"")
    opened.chmod(0o666)
    found = found_in(well)
    assert [(one.name, one.facts["first"]) for one in found] == [("open_files", opened)]


def test_backups_are_looked_for_only_where_a_folder_is_named(well, monkeypatch, tmp_path):
    folder = tmp_path / "backups"
    monkeypatch.setenv("HETAO_BACKUPS", str(folder))
    assert names(well) == ["backup_folder"]
    folder.mkdir()
    assert names(well) == ["no_backup"]
    made = folder / "one.hetao"
    made.touch()
    assert names(well) == []
    two_days_ago = timezone.now().timestamp() - 2 * 24 * 3600
    os.utime(made, (two_days_ago, two_days_ago))
    found = found_in(well)
    assert [(one.name, round(one.facts["hours"])) for one in found] == [("old_backup", 48)]


def test_every_sentence_exists_in_both_languages_and_has_its_facts():
    facts = {"why": "x", "count": 1, "found": 1, "wanted": 2, "root": "x", "free_gb": 1.0,
             "path": "x", "id": "x", "where": "x", "address": "x", "snapshot": "x", "year": 1,
             "zone": "x", "seconds": 1.0, "folder": "x", "first": "x", "hours": 1.0,
             "errors": 1, "warnings": 1}  # fmt: skip
    for sentence in SENTENCES.values():
        assert sentence["zh"].format(**facts) != sentence["en"].format(**facts) or (
            sentence["en"] == "{why}"
        )


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    root = tmp_path_factory.mktemp("doctor") / "city"
    found_empty(root)
    with deployment(root) as made:
        yield made


def test_the_command_ends_with_1_on_errors_and_tells_them_as_json_too(fresh):
    done = fresh.run("doctor", fresh.root)
    assert done.returncode == 1
    assert "migrations" in done.stdout
    assert "No worker runs" in done.stdout
    asked = fresh.run("doctor", fresh.root, "--json")
    assert asked.returncode == 1
    told = {row["fault"]: row["severity"] for row in json.loads(asked.stdout)}
    assert told["migrations"] == told["worker"] == "error"
    assert told["https"] == told["mail_console"] == "warning"


def test_a_database_that_is_gone_is_one_fault_among_others(fresh):
    url = {"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none"}
    done = fresh.run("doctor", fresh.root, "--json", more=url)
    assert done.returncode == 1
    assert {"database", "worker"} <= {row["fault"] for row in json.loads(done.stdout)}
    assert "Traceback" not in done.stderr


def test_an_environment_that_cannot_be_read_is_told(fresh):
    wrong = {"HETAO_OIDC_ISSUER": "https://sso.yuwan.example"}
    done = fresh.run("doctor", fresh.root, more=wrong)
    assert done.returncode == 1
    assert "HETAO_OIDC_CLIENT_ID" in done.stdout
    assert "Traceback" not in done.stderr


def test_djangos_own_deployment_check_is_clean_with_https(fresh):
    server = {"HETAO_HTTPS": "1", "HETAO_HOSTS": "lvse.yuwan.example"}
    done = fresh.run(
        "manage", fresh.root, "check", "--deploy", "--fail-level", "WARNING", more=server
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def test_the_database_of_these_tests_is_the_one_the_environment_names(fresh):
    done = fresh.run(
        "manage", fresh.root, "shell", "-v0", "-c",
        "from django.db import connection; print(connection.vendor)",
    )  # fmt: skip
    assert done.stdout.strip() == ("postgresql" if ON_POSTGRES else "sqlite")
