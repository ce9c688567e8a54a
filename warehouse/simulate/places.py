"""What the shop's people and campaigns are called: constants only, all of them invented."""

from typing import NamedTuple


class Place(NamedTuple):
    """Where people live; ``weight`` is their relative number."""

    country: str
    city: str
    locale: str
    weight: float


class Campaign(NamedTuple):
    """What brings people; the fields of Segment's ``context.campaign``."""

    source: str
    medium: str
    name: str
    weight: float


PLACES = (
    Place("CN", "上海", "zh-CN", 24),
    Place("CN", "北京", "zh-CN", 20),
    Place("CN", "广州", "zh-CN", 15),
    Place("CN", "杭州", "zh-CN", 14),
    Place("CN", "成都", "zh-CN", 13),
    Place("HK", "香港", "zh-HK", 4),
    Place("TW", "台北", "zh-TW", 3),
    Place("SG", "Singapore", "en-SG", 3),
    Place("US", "Seattle", "en-US", 2),
    Place("JP", "東京", "ja-JP", 1.5),
    Place("DE", "Berlin", "de-DE", 0.5),
)

# The first is no campaign at all; the last two are never drawn: invitations and our own messages.
CAMPAIGNS = (
    Campaign("", "", "", 30),
    Campaign("baidu", "cpc", "brand", 18),
    Campaign("wechat", "social", "moments", 17),
    Campaign("douyin", "video", "spring", 15),
    Campaign("xiaohongshu", "kol", "home_makeover", 12),
    Campaign("weibo", "social", "lottery", 8),
    Campaign("referral", "invite", "friends", 0),
    Campaign("crm", "message", "recall", 0),
)
REFERRAL = len(CAMPAIGNS) - 2
CRM = len(CAMPAIGNS) - 1

SURNAMES = ("王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙")
GIVEN_NAMES = ("小明", "小红", "子涵", "浩然", "欣怡", "宇轩", "思远", "雨桐", "一诺", "佳琪")
GENDERS = ("female", "male", "unknown")
GENDER_WEIGHTS = (0.55, 0.41, 0.04)
