"""What finance says about the books: filters only. Nobody writes entries by hand."""

from typing import Annotated

from fastapi import Query

AccountKey = Annotated[
    str | None,
    Query(
        pattern=r"^[A-Za-z0-9:_-]{1,200}$",
        description="Only postings that touch this account, such as `asset:stripe:available`.",
    ),
]
AccountStart = Annotated[
    str | None,
    Query(
        pattern=r"^[A-Za-z0-9:_-]{1,200}$",
        description="Only accounts whose key starts so, such as `liability:trainer:`.",
    ),
]
PostingSource = Annotated[
    str | None,
    Query(
        pattern=r"^[A-Za-z0-9:_-]{1,100}$",
        description="Only postings of this kind of fact, such as `approval`.",
    ),
]
OfCurrency = Annotated[
    str | None, Query(pattern=r"^[A-Z]{3}$", description="Only accounts in this currency.")
]
