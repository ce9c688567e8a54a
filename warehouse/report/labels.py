"""Codes of the marts -> words in English and Chinese; an unknown code is shown as it is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Label:
    """One thing's name in both languages of the page; ``zh`` may be empty."""

    en: str
    zh: str = ""


SEGMENTS = {
    "champions": Label("Champions", "冠军用户"),
    "loyal": Label("Loyal", "忠诚用户"),
    "potential_loyalist": Label("Potential loyalists", "潜在忠诚"),
    "new": Label("New buyers", "新客"),
    "promising": Label("Promising", "有望用户"),
    "need_attention": Label("Need attention", "需要关注"),
    "about_to_sleep": Label("About to sleep", "即将沉睡"),
    "at_risk": Label("At risk", "有流失风险"),
    "cant_lose": Label("Can't lose", "不可流失"),
    "hibernating": Label("Hibernating", "沉睡用户"),
    "lost": Label("Lost", "已流失"),
}
TIERS = {
    "diamond": Label("Diamond", "钻石"),
    "gold": Label("Gold", "黄金"),
    "silver": Label("Silver", "白银"),
    "bronze": Label("Bronze", "青铜"),
}
CHANNELS = {
    "email": Label("E-mail", "邮件"),
    "sms": Label("SMS", "短信"),
    "push": Label("Push", "推送"),
    "wechat_oa": Label("WeChat OA", "微信公众号"),
}
EXCLUSIONS = {
    "erased": Label("Erased", "已删除"),
    "no_consent": Label("No consent for the channel", "未授权该渠道"),
    "suppressed": Label("On the suppression feed", "在屏蔽名单"),
    "no_contact": Label("No valid contact", "无有效联系方式"),
    "holdout": Label("Global holdout", "全局留出组"),
    "control": Label("Control of the experiment", "实验对照组"),
    "incident_freeze": Label("Incident freeze", "事故冻结期"),
    "frequency_cap": Label("Frequency cap", "频次上限"),
    "cooling": Label("Contacted recently", "冷却期内"),
    "offer_mismatch": Label("Offer does not fit", "权益不匹配"),
    "budget": Label("Over budget", "超出预算"),
}
WARNINGS = {
    3: Label("90 days without login", "90 天未登录"),
    2: Label("60 days without interaction", "60 天未互动"),
    1: Label("Activity down by 30% or more", "活跃度下降 30% 以上"),
}
FLOWS = {
    "new": Label("New", "新增"),
    "returning": Label("Returning", "留存"),
    "resurrecting": Label("Resurrecting", "回流"),
    "dormant": Label("Dormant", "沉睡"),
}
DIRECTIONS = {
    "up": Label("Up", "升级"),
    "down": Label("Down", "降级"),
    "stay": Label("Stayed", "持平"),
    "new": Label("New", "新入"),
    "gone": Label("Gone", "离开"),
}
COHORTS = {
    "order": Label("Repeat purchase", "复购留存"),
    "activity": Label("Return to the product", "活跃留存"),
}
STATUSES = {
    "ok": Label("OK", "正常"),
    "below": Label("Below", "低于目标"),
    "above": Label("Above", "高于目标"),
    "unknown": Label("Unknown", "未知"),
}


def label(labels: dict[str, Label], code: object) -> Label:
    """Name a code, or show it readably where it has no name."""
    text = "—" if code is None or code == "" else str(code)
    return labels.get(text) or Label(text.replace("_", " ").capitalize())
