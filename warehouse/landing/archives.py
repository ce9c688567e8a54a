"""A zip archive -> its members, each to be read like a file of its own."""

import zipfile
import zlib
from typing import IO, BinaryIO, NamedTuple, cast

from warehouse.landing.days import is_data
from warehouse.landing.kinds import ZIP_MAGICS
from warehouse.landing.streams import BadFile

MAX_MEMBERS = 10_000
_WORKBOOKS = ("xl/", "word/", "ppt/")
_SHEET = "an Excel workbook or another office document, not read here: save it as CSV (UTF-8)"
_UNREADABLE = (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, ValueError, EOFError)


class Member(NamedTuple):
    """A file inside an archive: its name there, and how many bytes of the archive it takes."""

    name: str
    size: int
    archive: zipfile.ZipFile


def is_archive(file: BinaryIO) -> bool:
    """Tell whether a file is a zip archive, by its first bytes; it is then at its start again."""
    start = file.read(4)
    file.seek(0)
    return start.startswith(ZIP_MAGICS)


def open_archive(file: BinaryIO) -> list[Member]:
    """Return the members of an archive by name; what a system put beside them is left out.

    Raises BadFile for an archive that cannot be read, and for office documents, which are some.
    """
    try:
        archive = zipfile.ZipFile(file)
        infos = [info for info in archive.infolist() if not info.is_dir()]
    except _UNREADABLE as error:
        raise BadFile(f"a zip archive that cannot be read: {error}: send it again") from None
    if any(info.filename.startswith(_WORKBOOKS) for info in infos) or any(
        info.filename in ("[Content_Types].xml", "content.xml") for info in infos
    ):
        raise BadFile(_SHEET)
    if len(infos) > MAX_MEMBERS:
        raise BadFile(f"an archive of more than {MAX_MEMBERS} files: unpack it")
    kept = [info for info in infos if not _is_litter(info.filename)]
    names = [info.filename for info in kept]
    if len(set(names)) != len(names) or not all(map(str.isprintable, names)):
        raise BadFile("an archive of which two files have one name, or one that is not printable")
    members = [Member(info.filename, info.compress_size, archive) for info in kept]
    return sorted(members, key=lambda member: member.name)


def open_member(member: Member) -> BinaryIO:
    """Open a member for reading; raises BadFile for one that is encrypted or packed otherwise."""
    try:
        return cast("BinaryIO", _Opened(member.archive.open(member.name)))
    except _UNREADABLE as error:
        raise BadFile(f"cannot be taken out of its archive: {error}: unpack it") from None


class _Opened:
    """A member whose faults while reading are verdicts on it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read(size)
        except (*_UNREADABLE, zlib.error) as error:
            raise BadFile(f"cannot be taken out of its archive: {error}: send it again") from None


def _is_litter(name: str) -> bool:
    """Tell what macOS and others add to an archive from what was put there.

    What is left alone in a landing folder (`_SUCCESS`) is left alone in an archive too.
    """
    parts = name.split("/")
    return parts[0] == "__MACOSX" or not is_data(parts[-1]) or parts[-1] == "Thumbs.db"
