"""Codes of the page's own marts -> words in both languages; an unknown code shows itself.

What a rule file names (segments, tiers, warnings, strategies, channels, KPIs) is not told again
here: ``rules`` reads it.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    """One thing's name in both languages of the page; ``zh`` may be empty."""

    en: str
    zh: str = ""


@dataclass(frozen=True)
class Figure:
    """One number, and of whom or since when it is."""

    name: Label
    value: str
    detail: Label


@dataclass(frozen=True)
class Bar:
    """A named count; ``width`` is in percent of the largest."""

    name: Label
    count: str
    width: str


FLOWS = {
    "new": Label("New", "新增"),
    "returning": Label("Returning", "留存"),
    "resurrecting": Label("Resurrecting", "回流"),
    "dormant": Label("Dormant", "沉睡"),
}
POINTS = {
    "issued": Label("Issued", "发放"),
    "redeemed": Label("Redeemed", "兑换"),
    "expired": Label("Expired", "过期"),
}
COHORTS = {
    "order": Label("Repeat purchase", "复购留存"),
    "activity": Label("Return to the product", "活跃留存"),
}
PERIODS = {"day": Label("day", "日"), "week": Label("week", "周"), "month": Label("month", "月")}
DIMENSIONS = {
    "channel": Label("Channel", "渠道"),
    "platform": Label("Platform", "平台"),
    "country": Label("Country", "国家/地区"),
    "incentive_mix": Label("Incentives of the first days", "初期激励组合"),
}
KPI_DIMENSIONS = DIMENSIONS | {
    "stage": Label("Stage of life", "生命周期"),
    "tier": Label("Tier", "等级"),
}
VALUES = {
    "none": Label("None", "无"),
    "one": Label("One kind", "单一激励"),
    "several": Label("Several kinds", "多种激励"),
    "other": Label("Others", "其他"),
    "ios": Label("iOS"),
    "web": Label("Web", "网页"),
    "female": Label("Female", "女"),
    "male": Label("Male", "男"),
}
ANOMALIES = {
    "surge": Label("Far more than ever", "激增"),
    "absence": Label("Gone of a sudden", "突然缺席"),
    "decline": Label("Less from week to week", "逐周下滑"),
}
STATUSES = {
    "ok": Label("OK", "正常"),
    "below": Label("Below", "低于目标"),
    "above": Label("Above", "高于目标"),
    "no_target": Label("No target", "无目标"),
    "partial": Label("Some days missing", "部分日期缺失"),
    "unknown": Label("Unknown", "未知"),
    "insufficient_history": Label("Too little history", "历史不足"),
}
VALUE_PARTS = {
    "purchasing_power": Label("Purchasing power: the mean order", "购买力：客单价"),
    "activity": Label("Activity: interactions of late", "活跃度：近期互动"),
    "spread": Label("Spread: content and shares of late", "传播力：近期内容与分享"),
    "demand_sensitivity": Label(
        "Sensitivity: orders with a coupon or after a message", "需求敏感度：用券或触达后的订单"
    ),
    "category_concentration": Label(
        "Concentration: what goes to one category", "品类集中度：首要品类的消费占比"
    ),
    "stage_points": Label("Stage of life", "生命周期阶段"),
}
TAG_KINDS = {
    "fixed": Label("Who they are", "固定属性"),
    "path": Label("What they do", "用户路径"),
    "scene": Label("When and why they come", "用户场景"),
}
CLASS_KINDS = {
    "communication_stage": Label("What to talk about", "沟通阶段"),
    "behaviour_class": Label("How they behave", "行为类型"),
    "loyalty_depth": Label("How attached they are", "忠诚深度"),
    "need": Label("What they need", "需求"),
}
FEEDBACK = {
    "complaint": Label("Complaints", "投诉"),
    "suggestion": Label("Suggestions", "建议"),
    "feedback": Label("Survey answers", "问卷"),
}
TROUBLES = {
    "complaint": Label("Complaint", "投诉"),
    "failure": Label("Failure", "故障"),
}
MODES = {
    "personal": Label("one by one", "逐一沟通"),
    "strategic": Label("by a strategy", "策略运营"),
}
DEMOGRAPHICS = {
    "gender": Label("Gender", "性别"),
    "age": Label("Age", "年龄"),
    "occupation": Label("Occupation", "职业"),
    "country": Label("Country", "国家/地区"),
    "platform": Label("Platform", "平台"),
}
WEEKDAYS = [
    Label("Mon", "周一"), Label("Tue", "周二"), Label("Wed", "周三"), Label("Thu", "周四"),
    Label("Fri", "周五"), Label("Sat", "周六"), Label("Sun", "周日"),
]  # fmt: skip
PHASES = {
    "seed": Label("Seed users", "种子用户期"),
    "growth": Label("Growth", "成长期"),
}
NO_STAGE = {"none": Label("New here", "当周新来")}
LEVELS = {"0": Label("None", "无")} | {str(n): Label(f"Level {n}", f"{n} 级") for n in (1, 2, 3)}
NO_CLASS = {"none": Label("Not active of late", "近期未活跃"), "unknown": Label("Unknown", "未知")}
NO_TIER = {"none": Label("No tier", "无等级")}


def label(labels: dict[str, Label], code: object) -> Label:
    """Name a code, or show it readably where it has no name."""
    return labels.get(str(code)) or Label(readable(code))


def readable(code: object) -> str:
    """Show a code as words."""
    text = "—" if code is None or code == "" else str(code)
    return text[:1].upper() + text[1:].replace("_", " ")


def many(number: float, one: str, several: str = "") -> str:
    """Write a number of things in English, which has a word for one and a word for several."""
    return f"{number:,.0f} {one if number == 1 else several or one + 's'}"


def days(number: float) -> Label:
    """Write a number of days."""
    return Label(many(number, "day"), f"{number:,.0f} 天")


def users(number: int) -> Label:
    """Write a number of users."""
    return Label(many(number, "user"), f"{number:,} 人")


def duration(minutes: int) -> Label:
    """Write minutes in the largest unit that needs no fraction."""
    if minutes % 1440 == 0:
        return days(minutes // 1440)
    if minutes % 60 == 0:
        return Label(many(minutes // 60, "hour"), f"{minutes // 60:,} 小时")
    return Label(many(minutes, "minute"), f"{minutes:,} 分钟")
