"""Currency codes -> known or not, and their minor units: ISO 4217, and what there is a rate for."""

import csv
from functools import lru_cache
from pathlib import Path

_CODES = """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN
    BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP
    ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR
    ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD
    MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR
    PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL
    THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF
    XCD XCG XOF XPF YER ZAR ZMW ZWG ZWL
"""
ISO_4217 = frozenset(_CODES.split())
# How many places the smallest payable amount of a currency has; of all others, two.
_PLACES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
MINOR_UNITS = {code: places for places, codes in _PLACES.items() for code in codes.split()}


def minor_unit(currency: str) -> int:
    """Return the places of the minor unit of a currency by ISO 4217."""
    return MINOR_UNITS.get(currency, 2)


def known_currencies(rules_folders: tuple[Path, ...]) -> frozenset[str]:
    """Return the ISO codes and every code in the first ``fx_rates.csv`` found in the folders."""
    for folder in rules_folders:
        path = folder / "fx_rates.csv"
        if path.is_file():
            with path.open(encoding="utf-8-sig", newline="") as stream:
                rows = csv.DictReader(stream)
                own = {(row.get("currency") or "").strip().upper() for row in rows}
            return ISO_4217 | (own - {""})
    return ISO_4217


# What else people write for a currency, each with all that it may mean: half the world has dollars.
_DOLLARS = """
    USD ARS AUD BBD BMD BND BRL BSD BZD CAD CLP COP CUP DOP FJD GYD HKD JMD KYD LRD MXN NAD NIO NZD
    SBD SGD SRD TOP TTD TWD UYU WST XCD
"""
_MEANINGS = {
    "$": _DOLLARS,
    "¥": "CNY JPY",
    "￥": "CNY JPY",
    "元": "CNY HKD MOP TWD",
    "€": "EUR",
    "£": "GBP EGP FKP GIP LBP SDG SHP SSP SYP",
    "₹": "INR",
    "₩": "KRW KPW",
    "₽": "RUB",
    "฿": "THB",
    "₫": "VND",
    "US": "USD",
    "HK": "HKD",
    "A": "AUD",
    "AU": "AUD",
    "C": "CAD NIO",
    "CA": "CAD",
    "NT": "TWD",
    "NZ": "NZD",
    "S": "SGD",
    "SG": "SGD",
    "MX": "MXN",
    "R": "BRL ZAR",
    "CN": "CNY",
    "RMB": "CNY",
    "JP": "JPY",
    "KR": "DKK ISK NOK SEK",
    "RS": "INR LKR MUR NPR PKR SCR",
    "RP": "IDR",
    "RM": "MYR",
    "TL": "TRY",
    "FT": "HUF",
    "LEI": "MDL RON",
    "FR": "CHF",
}


@lru_cache(maxsize=1_024)
def meanings(sign: str) -> frozenset[str]:
    """Return the currencies that letters or one sign beside a number may mean; none: no currency.

    An ISO code means itself.
    """
    sign = sign.strip().upper()
    return frozenset([sign]) & ISO_4217 or frozenset(_MEANINGS.get(sign, "").split())
