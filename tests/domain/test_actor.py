"""Everybody who acts has a label for the histories, and no two kinds share one."""

from uuid import UUID

from app.domain.actor import (
    Actor,
    ClientActor,
    CompanyRole,
    FinanceActor,
    OperationsActor,
    SystemActor,
    TrainerActor,
    describe,
)

ONE, TWO = UUID(int=1), UUID(int=2)
LABELS: dict[str, Actor] = {
    f"member:{ONE}": ClientActor(TWO, ONE, None, CompanyRole.OWNER),
    f"api_key:{ONE}": ClientActor(TWO, None, ONE, None),
    f"trainer:{ONE}": TrainerActor(trainer_id=ONE, user_id=TWO),
    f"finance:{ONE}": FinanceActor(user_id=ONE),
    f"operations:{ONE}": OperationsActor(user_id=ONE),
    "system:auto_approve": SystemActor("auto_approve"),
}


def test_labels() -> None:
    assert {describe(actor): actor for actor in LABELS.values()} == LABELS
