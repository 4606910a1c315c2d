"""Every method people in Indonesia pay by, as each gateway calls it, against what our clients carry.

The words are those of the gateways' references. A word in brackets is one the gateway has and we do not carry;
LEFT_OUT says why.
"""

from typing import Final

from orderan.gateways import GATEWAYS, offers_of
from orderan.payments import BY_HAND, METHODS

COLUMNS: Final = ("midtrans", "xendit", "doku", "duitku", "ipaymu", "snap", "stripe")
MATRIX: Final = """
va_bca           bank_transfer.bca  BCA_VIRTUAL_ACCOUNT       VIRTUAL_ACCOUNT_BCA            BC   va/bca            bca       -
va_bni           bank_transfer.bni  BNI_VIRTUAL_ACCOUNT       VIRTUAL_ACCOUNT_BNI            I1   va/bni            bni       -
va_bri           bank_transfer.bri  BRI_VIRTUAL_ACCOUNT       VIRTUAL_ACCOUNT_BRI            BR   va/bri            bri       -
va_mandiri       echannel           MANDIRI_VIRTUAL_ACCOUNT   VIRTUAL_ACCOUNT_BANK_MANDIRI   M2   va/mandiri        mandiri   -
va_permata       permata            PERMATA_VIRTUAL_ACCOUNT   VIRTUAL_ACCOUNT_BANK_PERMATA   BT   va/permata        permata   -
va_cimb          bank_transfer.cimb CIMB_VIRTUAL_ACCOUNT      VIRTUAL_ACCOUNT_BANK_CIMB      B1   va/cimb           cimb      -
va_bsi           -                  BSI_VIRTUAL_ACCOUNT       VIRTUAL_ACCOUNT_BSI            BV   va/bsi            bsi       -
va_danamon       -                  -                         VIRTUAL_ACCOUNT_BANK_DANAMON   DM   va/danamon        danamon   -
va_maybank       -                  -                         VIRTUAL_ACCOUNT_MAYBANK        VA   -                 maybank   -
va_btn           -                  -                         VIRTUAL_ACCOUNT_BTN            -    va/btn            btn       -
va_bnc           -                  BNC_VIRTUAL_ACCOUNT       VIRTUAL_ACCOUNT_BNC            NC   -                 bnc       -
va_bss           -                  BSS_VIRTUAL_ACCOUNT       VIRTUAL_ACCOUNT_BSS            S1   -                 bss       -
va_bjb           -                  BJB_VIRTUAL_ACCOUNT       -                              -    -                 -         -
va_muamalat      -                  MUAMALAT_VIRTUAL_ACCOUNT  -                              -    va/bmi            -         -
va_hana          -                  HANA_VIRTUAL_ACCOUNT      -                              -    -                 -         -
va_sinarmas      -                  -                         VIRTUAL_ACCOUNT_SINARMAS       -    -                 sinarmas  -
va_arthagraha    -                  -                         -                              AG   va/bag            -         -
va_bpd_bali      -                  -                         -                              -    va/bpd_bali       -         -
va_seabank       -                  -                         -                              -    -                 seabank   -
va_saqu          -                  -                         -                              -    -                 saqu      -
va_doku          -                  -                         VIRTUAL_ACCOUNT_DOKU           -    -                 doku      -
va_other         other_va           [ARTAJASA]                -                              A1   -                 -         -
qris             qris               QRIS                      QRIS                           SP   qris/mpm          qris      -
gopay            gopay              GOPAY                     -                              -    -                 -         -
gopay_later      gopay              -                         -                              -    -                 -         -
shopeepay        shopeepay          SHOPEEPAY                 EMONEY_SHOPEEPAY               SA   ewallet/shopeepay -         -
ovo              ovo                OVO                       EMONEY_OVO                     OV   -                 -         -
dana             dana               DANA                      EMONEY_DANA                    DA   ewallet/dana      -         -
linkaja          -                  LINKAJA                   EMONEY_LINKAJA                 LA   -                 -         -
astrapay         -                  ASTRAPAY                  -                              -    -                 -         -
jeniuspay        -                  JENIUSPAY                 JENIUS_PAY                     JP   -                 -         -
nexcash          -                  NEXCASH                   -                              -    -                 -         -
doku_wallet      -                  -                         EMONEY_DOKU                    -    -                 -         -
sakuku           -                  SAKUKU                    -                              -    -                 -         -
card             credit_card        CARDS                     CREDIT_CARD                    VC   cc/cc             -         card
card_instalment  credit_card        [CARDS]                   CREDIT_CARD                    [VC] -                 -         -
indomaret        cstore.indomaret   INDOMARET                 ONLINE_TO_OFFLINE_INDOMARET    IR   cstore/indomaret  -         -
alfamart         cstore.alfamart    ALFAMART                  ONLINE_TO_OFFLINE_ALFA         FT   cstore/alfamart   -         -
akulaku          akulaku            AKULAKU                   PEER_TO_PEER_AKULAKU           -    paylater/akulaku  -         -
kredivo          kredivo            KREDIVO                   PEER_TO_PEER_KREDIVO           -    -                 -         -
indodana         -                  INDODANA                  PEER_TO_PEER_INDODANA          DN   -                 -         -
atome            -                  ATOME                     -                              AT   -                 -         -
uangme           -                  UANGME                    -                              -    -                 -         -
dd_bri           -                  [BRI_DIRECT_DEBIT]        DIRECT_DEBIT_BRI               -    -                 -         -
dd_mandiri       -                  [DD_MANDIRI]              DIRECT_DEBIT_MANDIRI_SNAP      -    -                 -         -
dd_cimb          cimb_clicks        -                         DIRECT_DEBIT_CIMB_SNAP         -    -                 -         -
dd_allo          -                  -                         DIRECT_DEBIT_ALLO_SNAP         -    -                 -         -
bca_klikpay      bca_klikpay        [BCA_KLIKPAY]             -                              -    -                 -         -
bca_klikbca      bca_klikbca        -                         -                              -    -                 -         -
bri_epay         bri_epay           -                         -                              -    -                 -         -
danamon_online   danamon_online     -                         -                              -    -                 -         -
tokopedia_card   -                  -                         -                              T1   -                 -         -
tokopedia_wallet -                  -                         -                              T2   -                 -         -
tokopedia_other  -                  -                         -                              T3   -                 -         -
"""
OLD: Final = "only in its older interfaces, and carried by others"
LEFT_OUT: Final = {
    ("va_other", "xendit"): OLD,
    ("dd_mandiri", "xendit"): OLD,
    ("bca_klikpay", "xendit"): OLD,
    ("dd_bri", "xendit"): "asks for the digits of a card and for a code on our own page",
    (
        "card_instalment",
        "xendit",
    ): "its page offers the plans of the account, so that a promised one cannot be held to",
    ("card_instalment", "duitku"): "the same",
}

Cells = dict[tuple[str, str], str]


def told() -> tuple[Cells, Cells]:
    """What gateways have and we carry, and what they have and we do not."""
    carried: Cells = {}
    left: Cells = {}
    for line in MATRIX.strip().splitlines():
        method, *words = line.split()
        for gateway, word in zip(COLUMNS, words, strict=True):
            if word.startswith("["):
                left[method, gateway] = word.strip("[]")
            elif word != "-":
                carried[method, gateway] = word
    return carried, left


def test_the_matrix_has_every_gateway_and_every_method_a_gateway_may_carry() -> None:
    assert set(COLUMNS) == set(GATEWAYS)
    assert {line.split()[0] for line in MATRIX.strip().splitlines()} == set(METHODS) - BY_HAND


def test_what_we_carry_is_what_the_gateways_have_but_for_what_is_left_out_with_a_reason() -> None:
    carried, left = told()

    ours = {
        (method, gateway): offer.code for gateway in GATEWAYS for method, offer in offers_of(gateway).items()
    }
    assert ours == carried
    assert left.keys() == LEFT_OUT.keys()


def test_every_method_has_a_rail() -> None:
    assert {method for method, _ in told()[0]} == set(METHODS) - BY_HAND
