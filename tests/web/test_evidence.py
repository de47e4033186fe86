"""Files that show what was done: known by their content, kept as they came."""

import hashlib
import io
import zipfile

import docx
import openpyxl
import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from hetao.web.tasks import evidence
from hetao.web.tasks.evidence import FileRefused
from hetao.web.tasks.models import Evidence, Step
from hetao.web.tasks.stepping import Given, StepRefused, take_step


def picture(kind="JPEG", size=(40, 30), **settings_):
    kept = io.BytesIO()
    Image.new("RGB", size, "white").save(kept, kind, **settings_)
    return kept.getvalue()


def word():
    kept = io.BytesIO()
    docx.Document().save(kept)
    return kept.getvalue()


def sheet():
    kept = io.BytesIO()
    openpyxl.Workbook().save(kept)
    return kept.getvalue()


def packed(**members):
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return kept.getvalue()


def with_member(content, name, text):
    kept = io.BytesIO(content)
    with zipfile.ZipFile(kept, "a") as archive:
        archive.writestr(name, text)
    return kept.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
HTML = b"<!doctype html><script>alert(1)</script>"
GOOD = {
    "照片.jpg": (picture(), "image/jpeg"),
    "IMG_1.JPEG": (picture(), "image/jpeg"),
    "截图.png": (picture("PNG"), "image/png"),
    "验收单.pdf": (PDF, "application/pdf"),
    "说明.docx": (word(), f"{evidence.OFFICE_HEAD}.wordprocessingml.document"),
    "清单.xlsx": (sheet(), f"{evidence.OFFICE_HEAD}.spreadsheetml.sheet"),
}
BAD = {
    "a page called a picture.jpg": HTML,
    "a program called a picture.jpg": b"MZ\x90\x00" + b"\x00" * 400,
    "a picture called a page.html": picture(),
    "a picture called a drawing.png": picture("JPEG"),
    "three bytes of a picture.jpg": b"\xff\xd8\xff",
    "a page behind three bytes of a picture.jpg": b"\xff\xd8\xff" + HTML,
    "a drawing with script.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "no document at all.pdf": HTML,
    "half a document.pdf": b"%PDF-1.4\n1 0 obj",
    "any archive.docx": packed(readme="x"),
    "any archive.xlsx": packed(readme="x"),
    "a table called a text.docx": sheet(),
    "a text with macros.docx": with_member(word(), "word/vbaProject.bin", b"\xd0\xcf\x11\xe0"),
    "a text that says it has macros.docx": packed(**{
        "[Content_Types]_xml": "<Types>vnd.ms-word.document.macroEnabled.main+xml</Types>",
        "word__document_xml": "<x/>",
    }),
    "an archive.zip": packed(readme="x"),
    "not even a name": b"\xff\xd8\xff",
    "nothing.jpg": b"",
}  # fmt: skip


@pytest.fixture
def report(people, brought_to):
    def make(*files, task=None):
        task = task or brought_to("accepted")
        given = Given(note="已整改", files=files)
        return take_step(task, "report", by=people["county_officer"], given=given)

    return make


@pytest.mark.parametrize("name", GOOD)
def test_pictures_and_documents_are_kept_byte_for_byte(name, report):
    content, kind = GOOD[name]
    step = report(SimpleUploadedFile(name, content))
    kept = step.files.get()
    assert (kept.name, kept.kind, kept.size) == (name, kind, len(content))
    assert kept.sha256 == hashlib.sha256(content).hexdigest()
    assert (settings.MEDIA_ROOT / kept.stored).read_bytes() == content


@pytest.mark.parametrize("name", BAD)
def test_what_is_something_else_is_refused_and_no_step_is_taken(name, report, brought_to):
    task = brought_to("accepted")
    with pytest.raises(FileRefused) as told:
        report(SimpleUploadedFile(name, BAD[name]), task=task)
    assert told.value.key == "kind"
    assert name in told.value.text("zh")
    task.refresh_from_db()
    assert (task.state, task.steps.count()) == ("accepted", 3)
    assert not Evidence.objects.exists()


def test_one_bad_file_among_good_ones_refuses_all(report, brought_to):
    good = SimpleUploadedFile("a.jpg", picture())
    with pytest.raises(FileRefused):
        report(good, SimpleUploadedFile("b.jpg", HTML))
    assert not Evidence.objects.exists()


def test_a_picture_keeps_the_place_that_its_camera_wrote(report):
    exif = Image.Exif()
    exif[0x010F] = "Maker"
    exif.get_ifd(0x8825)[2] = (40.0, 45.0, 30.0)
    step = report(SimpleUploadedFile("a.jpg", picture(exif=exif)))
    with Image.open(settings.MEDIA_ROOT / step.files.get().stored) as kept:
        assert kept.getexif().get_ifd(0x8825)[2] == (40.0, 45.0, 30.0)


def test_a_file_too_large_is_refused_with_the_limit(report, monkeypatch):
    monkeypatch.setattr(evidence, "LIMIT_BYTES", 1_000_000)
    content = picture() + b"\x00" * 1_000_001
    with pytest.raises(FileRefused, match=r"a\.jpg is larger than 1 MB"):
        report(SimpleUploadedFile("a.jpg", content))


def test_twelve_files_are_kept_and_thirteen_refused(report):
    files = [SimpleUploadedFile(f"{n}.jpg", picture(size=(10 + n, 10))) for n in range(13)]
    with pytest.raises(FileRefused, match="At most 12"):
        report(*files)
    assert report(*files[:12]).files.count() == 12


def test_a_picture_that_would_fill_the_memory_is_refused(report, monkeypatch):
    monkeypatch.setattr(evidence, "LIMIT_PIXELS", 1_000)
    with pytest.raises(FileRefused):
        report(SimpleUploadedFile("a.png", picture("PNG", size=(200, 200))))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\photos\\a.jpg", "a.jpg"),
        ("a\r\nSet-Cookie: x=1.jpg", "aSet-Cookie: x=1.jpg"),
        ("长" * 300 + ".jpg", "长" * 196 + ".jpg"),
    ],
)
def test_a_name_is_the_last_part_of_what_was_given(given, kept, report):
    file = SimpleUploadedFile("a.jpg", picture())
    file._name = given  # as a program that builds the request by itself would send it
    assert report(file).files.get().name == kept


def test_the_stored_name_says_nothing_of_the_given_one(report):
    file = report(SimpleUploadedFile("李某家.jpg", picture())).files.get()
    assert file.stored == f"evidence/{file.sha256[:2]}/{file.sha256}.jpg"


def test_the_same_picture_twice_is_two_files_and_one_on_disk(report):
    content = picture()
    step = report(SimpleUploadedFile("a.jpg", content), SimpleUploadedFile("b.jpg", content))
    assert sorted(step.files.values_list("name", flat=True)) == ["a.jpg", "b.jpg"]
    assert len(set(step.files.values_list("stored", flat=True))) == 1


def test_who_may_not_take_the_step_leaves_no_file_behind(people, brought_to):
    content = picture(size=(77, 5))
    given = Given(note="x", files=(SimpleUploadedFile("a.jpg", content),))
    with pytest.raises(StepRefused):
        take_step(brought_to("accepted"), "report", by=people["department_officer"], given=given)
    digest = hashlib.sha256(content).hexdigest()
    assert not (settings.MEDIA_ROOT / f"evidence/{digest[:2]}/{digest}.jpg").exists()


def test_a_task_that_asks_for_evidence_is_not_reported_without(people, brought_to):
    task = brought_to("accepted")
    task.evidence_needed = ["整改前后照片"]
    task.save()
    county, given = people["county_officer"], Given(note="已整改")
    with pytest.raises(StepRefused, match="asks for evidence"):
        take_step(task, "report", by=county, given=given)
    shown = Given(note="已整改", files=(SimpleUploadedFile("a.jpg", picture()),))
    take_step(task, "report", by=county, given=shown)
    take_step(task, "return", by=people["analyst"], given=Given(note="请写日期"))
    assert take_step(task, "report", by=county, given=given).after == "reported"


def test_a_file_is_sent_as_what_it_is_and_a_document_to_be_saved(signed_in, report):
    step = report(
        SimpleUploadedFile("照片.jpg", picture()), SimpleUploadedFile("说明.docx", word())
    )
    shown = {}
    for file in step.files.all():
        url = f"/tasks/{step.task_id}/evidence/{file.pk}/"
        shown[file.name] = signed_in("county_officer").get(url)
    assert shown["照片.jpg"]["Content-Type"] == "image/jpeg"
    assert shown["照片.jpg"]["Content-Disposition"].startswith("inline")
    assert shown["说明.docx"]["Content-Disposition"].startswith("attachment")
    assert {answer["X-Content-Type-Options"] for answer in shown.values()} == {"nosniff"}
    assert b"".join(shown["照片.jpg"].streaming_content) == picture()
    for answer in shown.values():
        answer.close()


def test_a_refused_upload_is_told_on_the_page_with_the_note(signed_in, brought_to):
    task = brought_to("accepted")
    answer = signed_in("county_officer").post(
        f"/tasks/{task.pk}/steps/report/",
        {"note": "桥面已修补三处", "files": SimpleUploadedFile("a.jpg", HTML)},
    )
    assert answer.status_code == 422
    assert "a.jpg 不是照片" in answer.text
    assert "桥面已修补三处" in answer.text
    assert Step.objects.filter(task=task, action="report").count() == 0
