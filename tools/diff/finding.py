"""What a comparison finds."""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from tools.templates.grants import Place
from tools.templates.model import Address, Path, Resource


class Category(Enum):
    """Kinds of findings, most dangerous first; the value is the title that a reviewer reads."""

    LOST = "Stateful resources replaced, removed or moved"
    WEAKENED = "Protections weakened"
    OPENED = "Opened to everyone or to another account"
    WIDENED = "Permissions widened"
    NARROWED = "Permissions narrowed"
    REPLACED = "Other resources replaced, removed or moved"
    SETTINGS = "Schedules, limits and environment"
    NEW = "New resources"
    OTHER = "Other changes"


DANGEROUS: Final = frozenset({Category.LOST, Category.WEAKENED, Category.OPENED})


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that a reviewer should know; `rule` and the address say what an acknowledgement acknowledges."""

    category: Category
    rule: str
    address: Address
    subject: str
    change: str
    covers: tuple[Place, ...] = ()
    """The places whose differences it accounts for, with all that lies below them."""

    @property
    def dangerous(self) -> bool:
        """Whether it needs an acknowledgement."""
        return self.category in DANGEROUS

    @property
    def key(self) -> str:
        """What names the finding in an acknowledgement."""
        stack, logical_id = self.address
        return f"{stack}/{logical_id} {self.rule}"


def finding(resource: Resource, category: Category, rule: str, change: str, *covers: Path) -> Finding:
    """Return a finding about a resource; without `covers` it accounts for nothing but itself."""
    return Finding(
        category=category,
        rule=rule,
        address=resource.address,
        subject=resource.name,
        change=change,
        covers=tuple((*resource.address, path) for path in covers),
    )
