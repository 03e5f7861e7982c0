"""How free text is compared, and how a person is named to somebody who need not know more."""

import unicodedata

_TITLES = frozenset(
    ("dr", "prof", "med", "phil", "rer", "nat", "ing", "dipl", "dent", "jur", "mr", "mrs", "ms",
     "mx", "herr", "frau", "sir", "dame", "phd", "md", "mag")
)  # fmt: skip


def normalise(text: str) -> str:
    """The form under which free text matches: compatibility-folded, one space, no case.

    Normalising twice changes nothing, so that stored keys may be normalised again.
    """
    while True:
        # Folding undoes the normal form of a few letters: repeat until nothing moves.
        folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
        if folded == text:
            return text
        text = folded


def display_label(full_name: str) -> str:
    """`Erika B.` for `Dr. Erika Beispiel`: enough to tell two people apart, too little to look
    somebody up. Empty only for an empty name."""
    words = [w for w in full_name.split() if w.strip(".,-").casefold() not in _TITLES]
    words = words or full_name.split()
    if len(words) < 2:
        return words[0] if words else ""
    return f"{words[0]} {words[-1][0].upper()}."
