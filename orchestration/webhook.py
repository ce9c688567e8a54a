"""A text -> a chat: posted in the shape the chat takes, and never the reason that anything fails.

Addresses of webhooks hold secrets: none is written anywhere, nor what an error says of it.
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from warehouse.settings import Settings

SECONDS = 5
# WeCom takes 2048 bytes of text, the others more; a Chinese character has three.
MOST_BYTES = 2000
ANSWER_BYTES = 4096

SHAPES: Mapping[str, Callable[[str], dict[str, Any]]] = {
    "slack": lambda text: {"text": text},
    "feishu": lambda text: {"msg_type": "text", "content": {"text": text}},
    "dingtalk": lambda text: {"msgtype": "text", "text": {"content": text}},
    "wecom": lambda text: {"msgtype": "text", "text": {"content": text}},
}
# By the end of the host; whatever else there is takes what Slack takes.
HOSTS = {
    "feishu.cn": "feishu",
    "larksuite.com": "feishu",
    "dingtalk.com": "dingtalk",
    "weixin.qq.com": "wecom",
}
# Where the answer says that the message was not taken although HTTP says 200.
CODES = ("errcode", "code", "StatusCode")


def kind_of(settings: Settings) -> str:
    """Name the chat behind the address: as it is set, else by the host."""
    host = urlsplit(settings.webhook_url).hostname or ""
    by_host = (kind for end, kind in HOSTS.items() if f".{host}".endswith(f".{end}"))
    return settings.webhook_kind or next(by_host, "slack")


def post(settings: Settings, text: str) -> str:
    """Post a text; returns what went wrong, in a few words, and nothing when it was taken."""
    body = json.dumps(SHAPES[kind_of(settings)](_fitting(text)), ensure_ascii=False)
    request = urllib.request.Request(  # noqa: S310 - settings refuse all but http and https
        settings.webhook_url,
        data=body.encode(),
        headers={"Content-Type": "application/json; charset=utf-8"},
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            return _refused(answer.read(ANSWER_BYTES))
    except urllib.error.HTTPError as error:
        return f"the webhook answered {error.code}"
    except Exception as error:  # noqa: BLE001 - a run must not end otherwise for want of a chat
        return f"the webhook could not be reached ({type(error).__name__})"


def _fitting(text: str) -> str:
    cut = text.encode()[:MOST_BYTES].decode(errors="ignore")
    return text if cut == text else f"{cut} ..."


def _refused(answer: bytes) -> str:
    try:
        said = json.loads(answer)
    except ValueError:
        return ""
    codes = [said[name] for name in CODES if name in said] if isinstance(said, dict) else []
    return f"the webhook refused the message (code {codes[0]})" if any(codes) else ""
