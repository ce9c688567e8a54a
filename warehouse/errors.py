"""What a person can mend: an error that names what, where, and the cure."""


class UserError(Exception):
    """A mistake in input, settings or use; shown without a traceback."""

    def __init__(self, what: str, *, where: str = "", cure: str = "") -> None:
        self.what = what
        self.where = where
        self.cure = cure
        parts = [what]
        if where:
            parts.append(f"  where: {where}")
        if cure:
            parts.append(f"  cure:  {cure}")
        super().__init__("\n".join(parts))
