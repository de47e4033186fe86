"""Drawn pictures that stand for evidence in a made city; each says that it is made."""

import io
from functools import cache

from matplotlib import font_manager
from PIL import Image, ImageDraw, ImageFont

from hetao.report.fonts import chinese_family

WIDTH, HEIGHT = 960, 640
SKY, GROUND, DARK, LIGHT, RED, MARK = (
    "#dfe8ea", "#c9c2ad", "#5a6468", "#f4f2ea", "#a8452f", "#8a6d1f",
)  # fmt: skip


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    path = font_manager.findfont(font_manager.FontProperties(family=chinese_family()))
    return ImageFont.truetype(path, size)


def picture(scene: str, caption: str, mark: str) -> bytes:
    """
    Return a drawing as JPEG, with a caption below and the mark of what is made across it.

    Parameters
    ----------
    scene : {"bridge", "pipes", "wall", "shed", "plant", "road"}
        What it shows, as plainly as a child draws.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), SKY)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 400, WIDTH, HEIGHT), fill=GROUND)
    _SCENES[scene](draw)
    draw.text((WIDTH - 30, 30), mark, font=_font(86), fill=MARK, anchor="ra")
    draw.rectangle((0, HEIGHT - 56, WIDTH, HEIGHT), fill=DARK)
    draw.text((24, HEIGHT - 28), f"{mark} · {caption}", font=_font(26), fill=LIGHT, anchor="lm")
    kept = io.BytesIO()
    image.save(kept, "JPEG", quality=82)
    return kept.getvalue()


def _bridge(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((0, 430, WIDTH, 560), fill="#9db7c4")
    draw.rectangle((0, 330, WIDTH, 372), fill=DARK)
    for x in range(80, WIDTH, 220):
        draw.rectangle((x, 372, x + 34, 470), fill="#7b8488")
    for x in range(60, WIDTH, 180):
        draw.rectangle((x, 270, x + 110, 312), fill=RED)
        draw.rectangle((x, 284, x + 110, 298), fill=LIGHT)


def _pipes(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((60, 60, 900, 560), fill=LIGHT, outline=DARK)
    for x, colour in ((220, RED), (300, "#b98a2c"), (620, "#c9a646"), (700, "#c9a646")):
        draw.rectangle((x, 60, x + 34, 560), fill=colour, outline=DARK)
    for y in (160, 360):
        draw.rectangle((300, y, 520, y + 26), fill="#b98a2c", outline=DARK)
        draw.ellipse((510, y - 26, 580, y + 48), fill=DARK)


def _wall(draw: ImageDraw.ImageDraw) -> None:
    draw.rectangle((160, 70, 800, 470), fill="#d8b9a0", outline=DARK)
    for x in range(210, 760, 120):
        for y in (110, 220, 330):
            draw.rectangle((x, y, x + 60, y + 70), fill="#8fa4ad", outline=DARK)
    draw.polygon([(560, 60), (700, 90), (740, 210), (610, 190)], fill="#9c8272")
    draw.line((60, 490, 900, 470), fill=RED, width=16)


def _shed(draw: ImageDraw.ImageDraw) -> None:
    draw.polygon([(90, 230), (870, 190), (870, 220), (90, 262)], fill="#3f7d86")
    for x in (120, 480, 830):
        draw.rectangle((x, 230, x + 16, 500), fill=DARK)
    for x in range(170, 800, 110):
        draw.rectangle((x, 320, x + 44, 400), fill=LIGHT, outline=DARK)
        draw.ellipse((x - 10, 440, x + 40, 490), outline=DARK, width=6)
        draw.ellipse((x + 42, 440, x + 92, 490), outline=DARK, width=6)


def _plant(draw: ImageDraw.ImageDraw) -> None:
    for x in (120, 400, 680):
        draw.ellipse((x, 340, x + 220, 430), fill="#7f9a86", outline=DARK)
        draw.rectangle((x + 100, 250, x + 120, 385), fill=DARK)
    draw.rectangle((330, 130, 640, 300), fill=LIGHT, outline=DARK)


def _road(draw: ImageDraw.ImageDraw) -> None:
    draw.polygon([(380, 300), (580, 300), (900, 584), (60, 584)], fill="#777f82")
    for top, bottom, half in ((320, 360, 5), (400, 450, 9), (500, 560, 14)):
        draw.rectangle((480 - half, top, 480 + half, bottom), fill=LIGHT)
    draw.ellipse((600, 470, 690, 505), fill=DARK)


_SCENES = {
    "bridge": _bridge, "pipes": _pipes, "wall": _wall, "shed": _shed, "plant": _plant,
    "road": _road,
}  # fmt: skip
