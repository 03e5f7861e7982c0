"""`lehrwerk create-staff`."""

from app.cli import places
from app.identity import staff
from app.identity.refusals import StaffExists
from app.identity.staff import StaffRole
from app.kit.clock import Clock
from app.settings import Settings
from migrations.running import upgrade


async def create(
    settings: Settings, url: str, email: str, role: StaffRole, password: str | None
) -> dict[str, str] | None:
    """The account as it is printed, or None when the address is taken."""
    clock = Clock()
    async with places.opened(url) as database:
        if settings.is_development:
            await upgrade(database)
        try:
            async with database.begin() as session:
                await clock.load(session)
                created = await staff.create_staff(
                    session,
                    email=email,
                    role=role.value,
                    password=password,
                    settings=settings,
                    now=clock.now(),
                )
        except StaffExists:
            return None
    return {
        "email": created.email,
        "role": created.role,
        "password": created.password,
        "totp_secret": created.totp_secret,
    }
