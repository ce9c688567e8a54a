"""A text that people or logs will see -> the same without what looks like a contact.

Ids may be anything, and some shops take the e-mail address or the phone number for one. Tables hold
ids as they came; previews, run metadata, logs, messages and lists of lines show them through this.
"""

import re

EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]*[\w]@[\w-]+(?:\.[\w-]+)+")
# With a country code (`+`, or `00` before it), a Chinese mobile number, or digits in groups as
# people write them; a date, a time, an amount or a number that merely counts is none of these.
PHONE = re.compile(
    r"(?<![\w.+-])(?:"
    r"(?:\+|00)[1-9](?:[ ().-]{0,2}\d){6,14}"
    r"|(?:86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}"
    r"|\(?\d{3}\)?[ .-]\d{3,4}[ .-]\d{4}"
    r")(?![\w-]|\.\d)"
)


def masked(text: str) -> str:
    """Return a text with ``[e-mail]`` and ``[phone]`` where these stood."""
    return PHONE.sub("[phone]", EMAIL.sub("[e-mail]", text))
