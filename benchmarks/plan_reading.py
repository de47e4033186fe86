"""How long a plan of a hundred pages takes to read, from text and from Word."""

import tempfile
import time
from pathlib import Path

import docx

from hetao.plan.files import read_text
from hetao.plan.reading import read_plan

PAGES, MARKS_A_PAGE = 100, 600
TASK = (
    "（{number}）推进第{count}项工作。完善制度，强化协同，到2025年，第{count}类设施覆盖率达到{share}%以上，"
    "新建设施{share}处，单位能耗比2020年下降{share}%左右。{filler}"
    "（市住建局牵头，市发改委、财政局、自然资源局、生态环境局等按职责分工负责）"
)
FILLER = "坚持因地制宜、分类指导，健全工作机制，加强要素保障，及时总结经验，形成可以推广的做法。"
NUMERALS = "一二三四五六七八九十"


def made_plan() -> tuple[str, int]:
    """Return a plan of about a hundred pages, and how many measures it has."""
    from hetao.plan.outline import chinese_numeral

    lines = ["榆湾市绿色发展行动方案", "为推进绿色发展，制定本方案。"]
    count, size = 0, 0
    for section in range(10):
        lines.append(f"{NUMERALS[section]}、第{section + 1}部分任务")
        while size < PAGES * MARKS_A_PAGE * (section + 1) / 10:
            count += 1
            lines.append(
                TASK.format(
                    number=chinese_numeral(count), count=count, share=50 + count % 50,
                    filler=FILLER * 8,
                )
            )  # fmt: skip
            size += len(lines[-1])
    return "\n".join(lines), count


def main() -> None:
    """Print what was read and the seconds it took, the best of three."""
    text, measures = made_plan()
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plan.txt"
        plain.write_text(text, "utf-8")
        document = docx.Document()
        for line in text.split("\n"):
            document.add_paragraph(line)
        word = Path(folder) / "plan.docx"
        document.save(str(word))
        for path in (plain, word):
            took = []
            for _ in range(3):
                start = time.perf_counter()
                ledger = read_plan(read_text(path))
                took.append(time.perf_counter() - start)
            print(
                f"{path.suffix}: {len(text):,} characters, {len(ledger.measures)} of {measures} "
                f"measures, {len(ledger.targets)} of {3 * measures} targets, {min(took):.2f} s"
            )


if __name__ == "__main__":
    main()
