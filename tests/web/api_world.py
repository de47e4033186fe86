"""What the API's tests need beside the platform's: a plan, callers with tokens, addresses."""

import base64
import io

from django.conf import settings
from django.test import Client
from PIL import Image

from hetao.plan.ledger import Assignment, Document, Ledger, Measure, Section, Target
from hetao.plan.ledger_file import as_tables, dumps
from hetao.web.accounts.models import Token

API = "/api/v1"
PROBLEM = "application/problem+json"
PLAN = "榆政发2023-1"
LEDGER = Ledger(
    document=Document(title="榆湾市绿色发展方案", number="榆政发〔2023〕1号"),
    sections=(Section(id="s1", number="一", title="更新管网"),),
    measures=(
        Measure(
            id="m1", number="1.", title="消除危桥", section="一", text="到2025年消除危桥。",
            assignments=(Assignment(body="市住建局", role="lead"),),
        ),
    ),
    targets=(
        Target(
            id="t1", measure="1.", measure_id="m1", indicator="危桥数量", operator="none",
            year=2025, link="dangerous_bridges", sentence="到2025年消除危桥。",
        ),
    ),
)  # fmt: skip


def write_plan():
    """Keep the plan in the workspace, as reading its text would."""
    folder = settings.ROOT / "plan" / PLAN
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "ledger.toml").write_text(dumps(as_tables(LEDGER)), "utf-8")


class Caller(Client):
    """A program that calls with a token and nothing else."""

    def __init__(self, user=None, *, language="", **settings_):
        super().__init__(enforce_csrf_checks=True, **settings_)
        self.secret = Token.make(user, "tests")[1] if user else ""
        if user:
            self.defaults["HTTP_AUTHORIZATION"] = f"Bearer {self.secret}"
        if language:
            self.defaults["HTTP_ACCEPT_LANGUAGE"] = language


def basic(name, password):
    told = base64.b64encode(f"{name}:{password}".encode()).decode()
    return {"authorization": f"Basic {told}"}


def picture(shade=0):
    """Return a picture of one pixel."""
    kept = io.BytesIO()
    Image.new("L", (1, 1), shade).save(kept, "png")
    return kept.getvalue()


def content_of(response):
    """Return what was sent; reading a file to its end closes it, and no connection."""
    return b"".join(response) if response.streaming else response.content


def walked(client, address):
    """Return all items of a list, page after page, and how many pages there were."""
    items, pages = [], 0
    while address:
        body = client.get(address).json()
        items += body["items"]
        address, pages = body["next"], pages + 1
    return items, pages
