"""Users, companies and trainers: rows that are valid by default, and tokens for the doors."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.companies.tables import BillingProfile, Company, CompanyInvitation, CompanyMember
from app.identity.tables import AccessToken, Grant, SignInSession, User
from app.kit import crypto
from app.kit.ids import new_id
from app.notices.tables import Device
from app.settings import DEVELOPMENT_SECRET
from app.trainers.pay_terms import AskingPay
from app.trainers.tables import Credential, Trainer, TrainerLanguage, TrainerSkill, Verification


async def user(session: AsyncSession, *, now: datetime, door: str, **over: Any) -> User:
    id_ = over.pop("id", None) or new_id()
    email = over.pop("email", f"{id_.hex}@example.org")
    staff = door in ("finance", "operations")
    row = User(
        id=id_,
        door=door,
        email=email,
        email_key=email.lower(),
        full_name=over.pop("full_name", "Vera Musterfrau"),
        language=over.pop("language", "en"),
        password_hash=over.pop("password_hash", "no password"),
        email_verified_at=over.pop("email_verified_at", now),
        totp_secret_sealed=over.pop("totp_secret_sealed", _sealed(id_) if staff else None),
        created_at=over.pop("created_at", now),
        **over,
    )
    session.add(row)
    await session.flush()
    return row


def _sealed(user_id: UUID) -> bytes:
    return crypto.seal(DEVELOPMENT_SECRET, f"totp:{user_id}", b"JBSWY3DPEHPK3PXP" * 2)


async def token(session: AsyncSession, user_id: UUID, *, now: datetime) -> str:
    """A bearer token that is valid for an hour."""
    sign_in = SignInSession(id=new_id(), user_id=user_id, second_factor_at=now, created_at=now)
    session.add(sign_in)
    await session.flush()
    secret = crypto.new_secret()
    session.add(
        AccessToken(
            token_hash=crypto.fingerprint(secret),
            session_id=sign_in.id,
            expires_at=now + timedelta(hours=1),
        )
    )
    await session.flush()
    return secret


async def company(
    session: AsyncSession, *, now: datetime, billing: bool = True, **over: Any
) -> Company:
    """A company with an owner, and by default a billing profile."""
    row = Company(
        id=over.pop("id", None) or new_id(),
        legal_name=over.pop("legal_name", "Beispiel Labs Inc."),
        country=over.pop("country", "US"),
        currency=over.pop("currency", "USD"),
        billing_email="billing@example.org",
        created_at=now,
        **over,
    )
    owner = await user(session, now=now, door="client")
    session.add(row)
    await session.flush()
    session.add(CompanyMember(company_id=row.id, user_id=owner.id, role="owner", joined_at=now))
    session.add(Grant(user_id=owner.id, subject_id=row.id, role="owner"))
    if billing:
        session.add(
            BillingProfile(
                company_id=row.id,
                legal_name=row.legal_name,
                address={
                    "line1": "1 Example Street",
                    "city": "Springfield",
                    "postal_code": "12345",
                    "country": row.country,
                },
                timezone="Europe/Berlin",
                updated_at=now,
            )
        )
    await session.flush()
    return row


async def owner_of(session: AsyncSession, company_id: UUID) -> UUID:
    """The user id of the company's owner."""
    found = await session.scalar(
        select(CompanyMember.user_id).where(
            CompanyMember.company_id == company_id, CompanyMember.role == "owner"
        )
    )
    assert found is not None
    return found


async def member(
    session: AsyncSession, company_id: UUID, *, role: str, now: datetime, **over: Any
) -> UUID:
    """Another member of a company; the user id."""
    row = await user(session, now=now, door="client", **over)
    session.add(CompanyMember(company_id=company_id, user_id=row.id, role=role, joined_at=now))
    session.add(Grant(user_id=row.id, subject_id=company_id, role=role))
    await session.flush()
    return row.id


async def invitation(
    session: AsyncSession, company_id: UUID, *, now: datetime, token: str | None = None, **over: Any
) -> CompanyInvitation:
    """An open invitation whose mail was sent, with this token in it."""
    email = over.pop("email", f"{new_id().hex}@example.org")
    row = CompanyInvitation(
        id=new_id(),
        company_id=company_id,
        email=email,
        email_key=email.lower(),
        role=over.pop("role", "reviewer"),
        language="en",
        state="open",
        token_hash=crypto.fingerprint(token or crypto.new_secret()),
        mail_id=new_id(),
        mail_state="sent",
        invited_by_user_id=await owner_of(session, company_id),
        expires_at=now + timedelta(days=7),
        created_at=now,
        **over,
    )
    session.add(row)
    await session.flush()
    return row


async def trainer(session: AsyncSession, *, now: datetime, **over: Any) -> Trainer:
    """A trainer with a user, an asking rate of 110.00 USD, English C2 and one skill."""
    account = await user(session, now=now, door="trainer")
    asking = over.pop("asking_pay_minor", 11_000)
    row = Trainer(
        id=over.pop("id", None) or new_id(),
        user_id=account.id,
        full_name=over.pop("full_name", "Dr. Erika Beispiel"),
        headline=over.pop("headline", "Emergency physician"),
        country=over.pop("country", "DE"),
        timezone=over.pop("timezone", "Europe/Berlin"),
        weekly_minutes=over.pop("weekly_minutes", 1200),
        created_at=now,
        last_active_at=now,
        **over,
    )
    session.add(row)
    await session.flush()
    session.add(Grant(user_id=account.id, subject_id=row.id, role="trainer"))
    session.add(AskingPay(trainer_id=row.id, asking_pay_minor=asking, currency="USD"))
    session.add(TrainerLanguage(trainer_id=row.id, code="en", level=6))
    session.add(
        TrainerSkill(trainer_id=row.id, skill="emergency medicine", label="Emergency medicine")
    )
    await session.flush()
    return row


async def credential(
    session: AsyncSession, trainer_id: UUID, *, now: datetime, state: str = "verified", **over: Any
) -> Credential:
    """A US NPI, by default verified and with the receipt of that decision."""
    row = Credential(
        id=new_id(),
        trainer_id=trainer_id,
        type=over.pop("type", "us_npi"),
        issuer=over.pop("issuer", "CMS"),
        jurisdiction=over.pop("jurisdiction", "US"),
        number=over.pop("number", "1234567893"),
        state=state,
        form_check=over.pop("form_check", "passed"),
        created_at=now,
        **over,
    )
    session.add(row)
    await session.flush()
    if state not in ("claimed", "checking"):
        session.add(
            Verification(
                id=new_id(),
                credential_id=row.id,
                method="attestation",
                source="a register",
                outcome=state,
                explanation="Looked up.",
                decided_at=now,
            )
        )
        await session.flush()
    return row


async def phone(
    session: AsyncSession, user_id: UUID, *, now: datetime, token: str = "p" * 40
) -> UUID:
    """A phone whose token is sealed with the development secret; its id."""
    row = Device(
        id=new_id(),
        user_id=user_id,
        platform="fcm",
        token_hash=crypto.fingerprint(f"fcm:{token}"),
        token_sealed=crypto.seal(DEVELOPMENT_SECRET, "push token", token.encode()),
        registered_at=now,
    )
    session.add(row)
    await session.flush()
    return row.id


async def demote_owners(session: AsyncSession, *, role: str) -> None:
    """Every owner's grant becomes `role`, to try what that role may not do."""
    await session.execute(update(Grant).where(Grant.role == "owner").values(role=role))


async def unverify(session: AsyncSession) -> None:
    """Every credential is only claimed again."""
    await session.execute(update(Credential).values(state="claimed", decided_at=None))
