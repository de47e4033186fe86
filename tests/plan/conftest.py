"""A made plan that tests write into files of every kind."""

import pytest

from hetao.plan.ledger import Ledger
from hetao.plan.reading import read_plan
from hetao.plan.text import normalised

PLAN = """榆政办发〔2023〕88号

榆湾市人民政府办公室关于印发榆湾市节水行动方案的通知

各旗县区人民政府，市直各部门：

现将《榆湾市节水行动方案》印发给你们，请认真贯彻落实。

榆湾市人民政府办公室
2023年12月20日

榆湾市节水行动方案

为落实节水优先的要求，制定本方案。

一、总体要求

把水资源作为最大的刚性约束，逐年检查，按结果整改。

二、主要任务

（一）降低管网漏损。建设分区计量系统，到2025年，城镇供水管网漏损率控制在10%以下。（市住建局牵头，市水利局、财政局配合，各旗县区人民政府负责落实。以下均需各旗县区人民政府落实，不再列出）

（二）提高用水效率。推广节水器具，到2025年，再生水利用率力争达到25%以上，建设节水载体120家。（市水利局、住建局、工信局等按职责分工负责）

三、组织实施

（三）加强督促检查。每年检查一次，结果报市人民政府。（市水利局牵头）
"""


@pytest.fixture
def plan_text() -> str:
    """Return the text of the made plan."""
    return PLAN


@pytest.fixture
def plan_ledger() -> Ledger:
    """Return the made plan as it reads."""
    return read_plan(normalised(PLAN, "plan.txt"))
