"""What a chat is told of a failed run: in its shape, and nothing that must stay in the house."""

from pathlib import Path
from typing import Any

import pytest

from orchestration.failures import Problem
from orchestration.telling import message, tell
from orchestration.webhook import MOST_BYTES, kind_of, post
from tests.chat import Chat
from warehouse.settings import Settings


def settings(url: str, kind: str = "") -> Settings:
    return Settings(home=Path("/nowhere"), webhook_url=url, webhook_kind=kind)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("slack", {"text": "运行失败"}),
        ("feishu", {"msg_type": "text", "content": {"text": "运行失败"}}),
        ("dingtalk", {"msgtype": "text", "text": {"content": "运行失败"}}),
        ("wecom", {"msgtype": "text", "text": {"content": "运行失败"}}),
    ],
)
def test_each_chat_is_told_in_its_own_shape(chat: Chat, kind: str, body: dict[str, Any]) -> None:
    assert post(settings(chat.url, kind), "运行失败") == ""

    assert chat.told == [body]


@pytest.mark.parametrize(
    ("host", "kind"),
    [
        ("hooks.slack.com", "slack"),
        ("open.feishu.cn", "feishu"),
        ("open.larksuite.com", "feishu"),
        ("oapi.dingtalk.com", "dingtalk"),
        ("qyapi.weixin.qq.com", "wecom"),
        ("notfeishu.cn", "slack"),
    ],
)
def test_the_host_says_which_chat_it_is(host: str, kind: str) -> None:
    assert kind_of(settings(f"https://{host}/robot/send?key=1")) == kind


def test_what_a_chat_did_not_take_is_said_without_its_address(chat: Chat) -> None:
    chat.says = b'{"errcode": 310000, "errmsg": "keywords not in content"}'
    refused = post(settings(chat.url, "dingtalk"), "hello")
    chat.status = 404
    missing = post(settings(chat.url), "hello")
    nobody = post(settings("http://127.0.0.1:1/hook?access_token=hush"), "hello")

    assert (refused, missing) == (
        "the webhook refused the message (code 310000)",
        "the webhook answered 404",
    )
    assert nobody.startswith("the webhook could not be reached")
    assert "hush" not in refused + missing + nobody


def test_a_text_is_cut_to_what_all_chats_take(chat: Chat) -> None:
    post(settings(chat.url), "坏" * 2000)

    [body] = chat.told
    assert MOST_BYTES - 3 < len(body["text"].encode()) < 2048


def test_a_message_says_day_cause_and_cure_and_names_nobody(chat: Chat) -> None:
    problem = Problem(
        "3 rows at u-1, u-2, u-3",
        cure="ask ann@example.com or +86 138 0000 0001, then `userops run --date 2026-03-03`",
        to_others="3 rows",
    )
    warned: list[str] = []

    tell(settings(chat.url), "2026-03-03", [problem], warned.append, run_id="0123456789")

    assert warned == []
    assert chat.told == [
        {
            "text": "userops: the run of 2026-03-03 failed (run 01234567)\ncause: 3 rows\n"
            "cure: ask (...) or (...), then `userops run --date 2026-03-03`"
        }
    ]
    assert message("", [Problem("a disk")]).startswith("userops: the run of no day failed")
