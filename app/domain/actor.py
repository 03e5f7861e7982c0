"""Who may call, as types. A verb's signature says which audience may use it."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class CompanyRole(StrEnum):
    """What a member may do inside one company."""

    OWNER = "owner"
    HIRING_MANAGER = "hiring_manager"
    REVIEWER = "reviewer"
    BILLING = "billing"
    VIEWER = "viewer"


class ApiScope(StrEnum):
    """What an API key may do. A signed-in owner holds all of them."""

    PROJECTS_READ = "projects:read"
    PROJECTS_WRITE = "projects:write"
    HIRING_READ = "hiring:read"
    HIRING_WRITE = "hiring:write"
    TIME_READ = "time:read"
    TIME_APPROVE = "time:approve"
    INVOICES_READ = "invoices:read"
    INVOICES_PAY = "invoices:pay"


@dataclass(frozen=True, slots=True)
class ClientActor:
    """Somebody acting for one company: a member with a role, or an API key with scopes."""

    company_id: UUID
    user_id: UUID | None
    api_key_id: UUID | None
    role: CompanyRole | None
    scopes: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class TrainerActor:
    """One trainer, signed in."""

    trainer_id: UUID
    user_id: UUID


@dataclass(frozen=True, slots=True)
class FinanceActor:
    """Staff of the finance team, signed in with a second factor."""

    user_id: UUID


@dataclass(frozen=True, slots=True)
class OperationsActor:
    """Staff of the operations team, signed in with a second factor."""

    user_id: UUID


@dataclass(frozen=True, slots=True)
class SystemActor:
    """The clock: a rule of ours acting without a person. `rule` names it in histories."""

    rule: str


Actor = ClientActor | TrainerActor | FinanceActor | OperationsActor | SystemActor


def describe(actor: Actor) -> str:
    """A short stable label for history rows, such as `trainer:018f…` or `system:auto_approve`."""
    match actor:
        case ClientActor(user_id=None, api_key_id=key_id):
            return f"api_key:{key_id}"
        case ClientActor(user_id=user_id):
            return f"member:{user_id}"
        case TrainerActor(trainer_id=trainer_id):
            return f"trainer:{trainer_id}"
        case FinanceActor(user_id=user_id):
            return f"finance:{user_id}"
        case OperationsActor(user_id=user_id):
            return f"operations:{user_id}"
        case SystemActor(rule=rule):
            return f"system:{rule}"
