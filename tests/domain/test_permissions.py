"""Roles and scopes at the client door."""

from uuid import UUID

import pytest

from app.domain.actor import ApiScope, ClientActor, CompanyRole
from app.domain.permissions import Permission, allowed, require
from app.domain.refusals import NotAllowed

_COMPANY, _ID = UUID(int=1), UUID(int=2)
P = Permission

EXPECTED = {
    CompanyRole.OWNER: set(Permission),
    CompanyRole.HIRING_MANAGER: {
        P.READ_PROJECTS, P.WRITE_PROJECTS, P.READ_HIRING, P.WRITE_HIRING, P.READ_TIME,
    },
    CompanyRole.REVIEWER: {P.READ_PROJECTS, P.READ_TIME, P.APPROVE_TIME},
    CompanyRole.BILLING: {P.READ_TIME, P.READ_INVOICES, P.PAY_INVOICES},
    CompanyRole.VIEWER: {P.READ_PROJECTS, P.READ_HIRING, P.READ_TIME, P.READ_INVOICES},
}  # fmt: skip


@pytest.mark.parametrize("role", CompanyRole)
@pytest.mark.parametrize("permission", Permission)
def test_a_role_allows_exactly_what_is_listed(role: CompanyRole, permission: Permission) -> None:
    actor = ClientActor(_COMPANY, _ID, None, role)
    if permission in EXPECTED[role]:
        require(actor, permission)
    else:
        with pytest.raises(NotAllowed):
            require(actor, permission)


@pytest.mark.parametrize("scope", ApiScope)
def test_a_scope_allows_its_noun_only_and_never_to_manage(scope: ApiScope) -> None:
    held = allowed(ClientActor(_COMPANY, None, _ID, None, frozenset({scope.value})))
    noun, verb = scope.value.split(":")
    expected = {Permission(f"read_{noun}")}
    if verb != "read":
        expected.add(Permission(f"{verb}_{noun}"))
    assert held == expected


def test_all_scopes_together_do_not_make_an_owner() -> None:
    every = frozenset(scope.value for scope in ApiScope)
    held = allowed(ClientActor(_COMPANY, None, _ID, None, every))
    assert held == set(Permission) - {P.MANAGE_COMPANY}


def test_an_actor_without_role_and_scope_may_nothing() -> None:
    assert not allowed(ClientActor(_COMPANY, None, _ID, None))
