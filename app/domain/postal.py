"""Postal addresses as they are printed, and IBANs as they are checked."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# English and German names of the countries that business comes from. Any other country prints its
# ISO code: readable, if not pretty.
_NAMES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "AE": ("United Arab Emirates", "Vereinigte Arabische Emirate"),
        "AR": ("Argentina", "Argentinien"),
        "AT": ("Austria", "Österreich"),
        "AU": ("Australia", "Australien"),
        "BE": ("Belgium", "Belgien"),
        "BG": ("Bulgaria", "Bulgarien"),
        "BR": ("Brazil", "Brasilien"),
        "CA": ("Canada", "Kanada"),
        "CH": ("Switzerland", "Schweiz"),
        "CL": ("Chile", "Chile"),
        "CN": ("China", "China"),
        "CO": ("Colombia", "Kolumbien"),
        "CY": ("Cyprus", "Zypern"),
        "CZ": ("Czechia", "Tschechien"),
        "DE": ("Germany", "Deutschland"),
        "DK": ("Denmark", "Dänemark"),
        "EE": ("Estonia", "Estland"),
        "EG": ("Egypt", "Ägypten"),
        "ES": ("Spain", "Spanien"),
        "FI": ("Finland", "Finnland"),
        "FR": ("France", "Frankreich"),
        "GB": ("United Kingdom", "Vereinigtes Königreich"),
        "GR": ("Greece", "Griechenland"),
        "HK": ("Hong Kong", "Hongkong"),
        "HR": ("Croatia", "Kroatien"),
        "HU": ("Hungary", "Ungarn"),
        "ID": ("Indonesia", "Indonesien"),
        "IE": ("Ireland", "Irland"),
        "IL": ("Israel", "Israel"),
        "IN": ("India", "Indien"),
        "IS": ("Iceland", "Island"),
        "IT": ("Italy", "Italien"),
        "JP": ("Japan", "Japan"),
        "KE": ("Kenya", "Kenia"),
        "KR": ("South Korea", "Südkorea"),
        "LI": ("Liechtenstein", "Liechtenstein"),
        "LT": ("Lithuania", "Litauen"),
        "LU": ("Luxembourg", "Luxemburg"),
        "LV": ("Latvia", "Lettland"),
        "MT": ("Malta", "Malta"),
        "MX": ("Mexico", "Mexiko"),
        "MY": ("Malaysia", "Malaysia"),
        "NG": ("Nigeria", "Nigeria"),
        "NL": ("Netherlands", "Niederlande"),
        "NO": ("Norway", "Norwegen"),
        "NZ": ("New Zealand", "Neuseeland"),
        "PH": ("Philippines", "Philippinen"),
        "PK": ("Pakistan", "Pakistan"),
        "PL": ("Poland", "Polen"),
        "PT": ("Portugal", "Portugal"),
        "RO": ("Romania", "Rumänien"),
        "RS": ("Serbia", "Serbien"),
        "SA": ("Saudi Arabia", "Saudi-Arabien"),
        "SE": ("Sweden", "Schweden"),
        "SG": ("Singapore", "Singapur"),
        "SI": ("Slovenia", "Slowenien"),
        "SK": ("Slovakia", "Slowakei"),
        "TH": ("Thailand", "Thailand"),
        "TR": ("Türkiye", "Türkei"),
        "TW": ("Taiwan", "Taiwan"),
        "UA": ("Ukraine", "Ukraine"),
        "US": ("United States", "Vereinigte Staaten"),
        "VN": ("Vietnam", "Vietnam"),
        "ZA": ("South Africa", "Südafrika"),
    }
)
_CITY_FIRST: Final = frozenset({"AU", "CA", "GB", "HK", "IE", "IN", "NZ", "SG", "US"})
_IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")


def country_name(code: str, language: str) -> str:
    """The country's name in `de` or, for any other language, English; else the code itself."""
    names = _NAMES.get(code)
    if names is None:
        return code
    return names[1] if language == "de" else names[0]


def address_lines(address: Mapping[str, str | None], language: str) -> tuple[str, ...]:
    """An address {line1, line2?, city, region?, postal_code, country} as lines, country last."""
    country = address["country"] or ""
    city, code = address["city"] or "", address["postal_code"] or ""
    region = address.get("region") or ""
    parts = (city, region, code) if country in _CITY_FIRST else (code, city, region)
    place = " ".join(part for part in parts if part)
    lines = (address["line1"], address.get("line2"), place, country_name(country, language))
    return tuple(line for line in lines if line)


def iban_is_plausible(iban: str) -> bool:
    """Form and check digits (ISO 7064 MOD 97-10) of an IBAN without blanks, in capitals."""
    if not _IBAN.fullmatch(iban):
        return False
    turned = iban[4:] + iban[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1
