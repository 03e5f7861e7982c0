"""What can be said about a company's members."""

from enum import StrEnum

from pydantic import ConfigDict, Field

from app.api.words import Email, Line, Password, Said
from app.domain.actor import CompanyRole


class InvitedRole(StrEnum):
    """Every role but the owner's, which is handed over and not given by mail."""

    HIRING_MANAGER = CompanyRole.HIRING_MANAGER
    REVIEWER = CompanyRole.REVIEWER
    BILLING = CompanyRole.BILLING
    VIEWER = CompanyRole.VIEWER


class InviteMember(Said):
    """An address, and what its reader may do: a hiring_manager posts projects and hires, a
    reviewer approves time, billing pays invoices, a viewer looks."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"email": "rosa.erfunden@beispiel-labs.example", "role": "reviewer"}]
        }
    )

    email: Email
    role: InvitedRole


class ChangeMember(Said):
    """The new role. `owner` hands ownership over to the member; you are a hiring_manager then."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"role": "billing"}]})

    role: CompanyRole


class PreviewMemberInvitation(Said):
    """The token from the mail, or from behind the `#token=` of its link."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"token": "Zk2v…"}]})

    token: Line


class AcceptMemberInvitation(Said):
    """The token from the mail, your name and a password of at least 12 characters."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "token": "Zk2v…",
                    "full_name": "Rosa Erfunden",
                    "password": "another-long-made-up-sentence",
                }
            ]
        }
    )

    token: Line
    full_name: Line
    password: Password = Field(description="Of an account that you had before, it is replaced.")
