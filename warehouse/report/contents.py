"""The sections of both pages -> their headings, and a list of those that are there to be read."""

from collections.abc import Mapping
from typing import Any

from warehouse.report.labels import Label

SECTIONS = {
    "headlines": Label("Headlines", "核心指标"),
    "alerts": Label("Needs somebody", "待处理预警"),
    "health": Label("Health", "健康度"),
    "incidents": Label("Incidents", "事故"),
    "activity": Label("Activity", "活跃用户"),
    "flows": Label("Comings and goings", "用户流动"),
    "growth": Label("Growth", "增长"),
    "funnels": Label("Funnels", "转化漏斗"),
    "cohorts": Label("Cohorts", "同期群留存"),
    "segments": Label("Customers by recency and frequency", "RFM 客群"),
    "value": Label("Value", "用户价值"),
    "warnings": Label("Slipping away", "流失预警"),
    "tiers": Label("Tier moves", "等级迁移"),
    "recall": Label("Today’s recall", "今日召回"),
    "people": Label("People worth special care", "重点关怀用户"),
    "incentives": Label("Points", "积分"),
    "changes": Label("Rewards, releases, habits", "激励、版本与习惯"),
    "portrait": Label("Who users are", "用户画像"),
    "behaviour": Label("What users do", "用户行为"),
    "quality": Label("Can these numbers be trusted?", "数据质量"),
    "kpis": Label("All KPIs of the day", "全部指标"),
    "economics": Label("Newcomers and channels", "新用户与渠道"),
    "community": Label("Core users, voices, layers", "核心用户、用户声音与分层"),
    "programme": Label("Points, levels, benefits", "积分、等级与权益"),
    "week": Label("What changed", "本周变化"),
    "moves": Label("Where it changed", "变化来源"),
    "why": Label("Other people, or people who do otherwise", "结构变化还是比率变化"),
    "week_alerts": Label("Alerts of the week", "本周预警"),
    "claims": Label("What others claim, and what is measured here", "他人说法与本站实测"),
}
# A section of these is there only while there is something to tell.
OPTIONAL = ("incidents", "changes", "why")

DAY = {
    Label("Now", "当下"): ("alerts", "health", "incidents"),
    Label("Growth", "增长"): ("activity", "flows", "growth", "funnels", "cohorts"),
    Label("Value", "价值"): ("segments", "tiers", "value"),
    Label("Care", "关怀"): ("warnings", "recall", "people", "incentives"),
    Label("Users", "用户"): ("changes", "portrait", "behaviour"),
    Label("Data", "数据"): ("quality", "kpis"),
}
WEEK = {
    Label("The week", "本周"): ("week", "moves", "why", "week_alerts", "health"),
    Label("Users", "用户"): ("tiers", "flows", "economics", "community", "programme"),
    Label("Beside others", "对照"): ("claims",),
}

Parts = Mapping[Label, tuple[str, ...]]


def contents(parts: Parts, content: Mapping[str, Any]) -> list[tuple[Label, list[str]]]:
    """List the sections of a page by part, without those that this page has no data for."""
    return [
        (part, [name for name in names if name not in OPTIONAL or content[name]])
        for part, names in parts.items()
    ]
