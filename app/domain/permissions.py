"""What a member's role or a key's scopes allow at the client door."""

from collections.abc import Mapping
from enum import StrEnum

from app.domain.actor import ApiScope, ClientActor, CompanyRole
from app.domain.refusals import NotAllowed


class Permission(StrEnum):
    READ_PROJECTS = "read_projects"
    WRITE_PROJECTS = "write_projects"
    READ_HIRING = "read_hiring"
    WRITE_HIRING = "write_hiring"
    READ_TIME = "read_time"
    APPROVE_TIME = "approve_time"
    READ_INVOICES = "read_invoices"
    PAY_INVOICES = "pay_invoices"
    MANAGE_COMPANY = "manage_company"


_P = Permission
_READS = frozenset({_P.READ_PROJECTS, _P.READ_HIRING, _P.READ_TIME, _P.READ_INVOICES})

BY_ROLE: Mapping[CompanyRole, frozenset[Permission]] = {
    CompanyRole.OWNER: frozenset(Permission),
    CompanyRole.HIRING_MANAGER: frozenset(
        {_P.READ_PROJECTS, _P.WRITE_PROJECTS, _P.READ_HIRING, _P.WRITE_HIRING, _P.READ_TIME}
    ),
    CompanyRole.REVIEWER: frozenset({_P.READ_PROJECTS, _P.READ_TIME, _P.APPROVE_TIME}),
    CompanyRole.BILLING: frozenset({_P.READ_TIME, _P.READ_INVOICES, _P.PAY_INVOICES}),
    CompanyRole.VIEWER: _READS,
}

# A key that may write may read what it wrote. No scope manages the company: a stolen key must not
# be able to make itself another key.
BY_SCOPE: Mapping[ApiScope, frozenset[Permission]] = {
    ApiScope.PROJECTS_READ: frozenset({_P.READ_PROJECTS}),
    ApiScope.PROJECTS_WRITE: frozenset({_P.READ_PROJECTS, _P.WRITE_PROJECTS}),
    ApiScope.HIRING_READ: frozenset({_P.READ_HIRING}),
    ApiScope.HIRING_WRITE: frozenset({_P.READ_HIRING, _P.WRITE_HIRING}),
    ApiScope.TIME_READ: frozenset({_P.READ_TIME}),
    ApiScope.TIME_APPROVE: frozenset({_P.READ_TIME, _P.APPROVE_TIME}),
    ApiScope.INVOICES_READ: frozenset({_P.READ_INVOICES}),
    ApiScope.INVOICES_PAY: frozenset({_P.READ_INVOICES, _P.PAY_INVOICES}),
}


def allowed(actor: ClientActor) -> frozenset[Permission]:
    """Everything the actor may do: a member by role, a key by its scopes."""
    granted: frozenset[Permission] = frozenset()
    if actor.role is not None:
        granted |= BY_ROLE[actor.role]
    for scope in actor.scopes:
        granted |= BY_SCOPE[ApiScope(scope)]
    return granted


def require(actor: ClientActor, permission: Permission) -> None:
    """Raise NotAllowed unless the actor holds `permission`."""
    if permission not in allowed(actor):
        raise NotAllowed
