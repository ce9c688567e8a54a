"""What a person can mend: an error that names what, where, and the cure."""

from collections.abc import Sequence

from warehouse.masking import masked


class UserError(Exception):
    """A mistake in input, settings or use; shown without a traceback."""

    def __init__(
        self, what: str, *, where: str = "", cure: str = "", others: Sequence["UserError"] = ()
    ) -> None:
        self.what = what
        self.where = where
        self.cure = cure
        parts = [what]
        if where:
            parts.append(f"  where: {where}")
        if cure:
            parts.append(f"  cure:  {cure}")
        self.others = tuple(others)
        # It is told on screens, in logs and in the run history.
        super().__init__(masked("\n".join([*parts, *map(str, others)])))


def all_of(errors: Sequence[UserError]) -> UserError:
    """Return one error that tells several mistakes, each with its place and cure."""
    first, *others = errors
    return UserError(first.what, where=first.where, cure=first.cure, others=others)
