"""Who buys in the demo shop: made-up people at real areas.

Their numbers begin with 0812-0000, a block no operator has given out; no message is ever sent.
"""

import random
from collections.abc import Sequence

from orderan.customers import Buyer, BuyerAddress, atlas

FIRST = [
    "Ani",
    "Budi",
    "Citra",
    "Dewi",
    "Eko",
    "Fitri",
    "Gita",
    "Hadi",
    "Indah",
    "Joko",
    "Kartika",
    "Lestari",
    "Made",
    "Nina",
    "Oka",
    "Putri",
    "Rahmat",
    "Sari",
    "Teguh",
    "Utami",
    "Vina",
    "Wahyu",
    "Yanti",
    "Zainal",
    "Agus",
    "Bambang",
    "Dian",
    "Endang",
    "Fajar",
    "Galih",
    "Hesti",
    "Iwan",
    "Jihan",
    "Komang",
    "Laila",
    "Mulyadi",
    "Nurul",
    "Panji",
    "Ratna",
    "Slamet",
    "Tari",
    "Umar",
    "Wulan",
    "Yusuf",
    "Aulia",
    "Bagas",
    "Cahya",
    "Dimas",
    "Elsa",
    "Farhan",
]
LAST = [
    "Santoso",
    "Wijaya",
    "Lestari",
    "Siregar",
    "Nasution",
    "Hutagalung",
    "Pratama",
    "Saputra",
    "Hidayat",
    "Kusuma",
    "Setiawan",
    "Rahman",
    "Halim",
    "Purnomo",
    "Suryani",
    "Wibowo",
    "Gunawan",
    "Simanjuntak",
    "Lubis",
    "Harahap",
    "Manurung",
    "Tanjung",
    "Anggraini",
    "Maharani",
    "Permata",
    "Kurniawan",
    "Hakim",
    "Firmansyah",
    "Yulianti",
    "Nugroho",
]
STREETS = (
    (
        "Jl. Mawar Jl. Melati Jl. Kenanga Jl. Diponegoro Jl. Sudirman Jl. Ahmad Yani Jl. Merdeka Jl. Pahlawan "
        "Jl. Cempaka Jl. Gajah Mada Jl. Kartini Jl. Veteran Jl. Anggrek Jl. Flamboyan"
    )
    .replace(" Jl.", "|Jl.")
    .split("|")
)

# Cities by code and how many of the shop's buyers live there, in parts of a hundred.
CITIES = {
    "31.71": 8, "31.72": 6, "31.73": 7, "31.74": 9, "31.75": 8, "32.75": 6, "32.76": 5, "32.73": 7, "36.71": 5,
    "36.74": 4, "33.74": 4, "34.71": 3, "35.78": 9, "35.73": 3, "51.71": 3, "73.71": 5, "12.71": 4, "64.71": 2,
    "16.71": 2,
}  # fmt: skip


def buyers(chance: random.Random, count: int) -> list[Buyer]:
    """People with an address each; the same seed gives the same people."""
    villages = {city: _villages(city) for city in CITIES}
    known = [city for city in CITIES if villages[city]]
    made = []
    for number in range(count):
        city = chance.choices(known, [CITIES[one] for one in known])[0]
        name = f"{chance.choice(FIRST)} {chance.choice(LAST)}"
        made.append(
            Buyer(
                name=name,
                phone=f"+62812{number:07d}",
                email=f"{name.lower().replace(' ', '.')}.{number}@contoh.test"
                if chance.random() < 0.6
                else None,
                address=_address(chance, chance.choice(villages[city])),
            )
        )
    return made


def _villages(city: str) -> Sequence[str]:
    return [
        village.code for district in atlas().children(city) for village in atlas().children(district.code)
    ]


def _address(chance: random.Random, village: str) -> BuyerAddress:
    place = atlas().place(village)
    line = f"{chance.choice(STREETS)} No. {chance.randrange(1, 180)} RT {chance.randrange(1, 12):02d}/RW {chance.randrange(1, 9):02d}"
    return BuyerAddress(line=line, village_code=village, postcode=None, area=place.written() if place else "")
