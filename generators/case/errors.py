"""The one error that a case file, the spec or the lock can cause: one line that names file, place and rule."""


class CaseError(Exception):
    """`where` grows from the inside out as the error passes through the parts that know where they are."""

    def __init__(self, rule: str, where: str = "") -> None:
        super().__init__(rule)
        self.rule = rule
        self.where = where

    def inside(self, outer: str) -> "CaseError":
        """The same error, seen from the part that contains the place where it arose."""
        joined = f"{outer}.{self.where}" if self.where else outer
        return CaseError(self.rule, joined)

    def __str__(self) -> str:
        return f"{self.where}: {self.rule}" if self.where else self.rule
