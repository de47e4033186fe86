"""
Settings for tests: an empty made-up workspace of this process's own, and a fast hash.

With `DATABASE_URL` in the environment the same tests run on that server, in databases of their own.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

ROOT_OF_TESTS = Path(tempfile.mkdtemp(prefix="hetao-tests-"))
(ROOT_OF_TESTS / "city.toml").write_text(
    'name = "榆湾市"\ncode = "159900"\nedition = "2025"\nmade_place = true\n', "utf-8"
)
for folder in ("plan", "sources", "snapshots", "runs"):
    (ROOT_OF_TESTS / folder).mkdir()
atexit.register(shutil.rmtree, ROOT_OF_TESTS, ignore_errors=True)
os.environ["HETAO_ROOT"] = str(ROOT_OF_TESTS)
os.environ["HETAO_LOG"] = "ERROR"

from hetao.web.settings import *  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
