"""The words that every door understands."""

from app.api import vocabularies
from app.api.door import Language, router
from app.api.vocabularies import VocabulariesView

ROUTER = router("vocabularies")


@ROUTER.get("/vocabularies", operation_id="list_vocabularies")
async def list_vocabularies(language: Language) -> VocabulariesView:
    """Domains, credential types, languages and levels, reason codes, currencies and countries, for
    pickers. Needs no token, so that a registration form can use it. Names follow
    Accept-Language."""
    return vocabularies.vocabularies(language)
