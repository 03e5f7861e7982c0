"""The shape of a proof: each room states its identities, `books` collects them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identity:
    """Something that must be true of the books. `breaches` name the rows that break it."""

    name: str
    checked: int
    breaches: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        return not self.breaches
