"""SNAP's asymmetric signature against values that were not made by this code.

The one of a provider's own reference holds under the public half of the key it shows there. The others were made with
`openssl dgst -sha256 -sign`, whose RSA with PKCS #1 v1.5 has one answer for one key and text.
"""

from datetime import datetime
from typing import Final

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from orderan.gateways.snap import wire

THEIRS: Final = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAlWbtlh3eM+bW3n5AFj42
wddC4L7tQqbLiCFbTv8K67yng9iwK5mEn+UMXiRhvB2JVWFafCPPxFamsiVG3Mjn
eGjC0BYgmpmw4qXnAnyO3nCdCuPtmZ3ljhKvSTPdWZxrcLi1Xa9V/+Pzb8hrjb5i
wMn6SZFNeMmZYgFKiSeueo6TPln2PoTqXCzs1HtsM8eUVe8GAsjJe/3dYl992nyX
OpG21GgNu8o5T3WOptPg6GdDTWkTWUu483yRbVVy04Pz4L8DDZTDv+WcsAViDn1r
A/jB1Auj/UGKx2ovGcBH/a/hor5TbABbODU6cPTHT54K3sSZtvZNV4eFDB1f/4wd
fwIDAQAB
-----END PUBLIC KEY-----
"""
TOKEN_OF_MIDTRANS: Final = (
    "iv5YorKVVFOFS59l0HChDvPe+HeoE/jY5CfVgCg5i16nj5/DVnKg49ilkv8PyeU7y38apHhgO+cUrvkfUs5BhDD69yLn7xp8hzN9RcR0UDy5"
    "+nCrQ3GGCVSzZJvlEXN+TB0j4Q6pMsjrq4+YRoyDa4mTlsjJTU9aGjLRFBYgY4MyMQ5x11JyLnoFwbS8TJ5e/q4mUozrp49VyHe7OQSFnJNw"
    "vMSFrDyAIxoOK0IZQIlY29PaDIFcWoR+RJAY42H2FryjJcPpNfeercbkj9jsBLV3wmEKiNoN6lgFFLk5QicDnAAQzL45s92EYeCqDNuTTJOy"
    "daJbUqEo1d/ZPVNBtQ=="
)
P: Final = 0xEC4148863F09139F7701FA2F46719CB5262804DD96125C315C08295C6A6EF5A66EE75BE06EDC237DED4C36736ACAEB590FBB50DFD7B11638D466EA87E2D3D0EB77676DB778B6164C6A53592A9854BE6552918036BA9468B14CD390AAB123B325C35CB1A392C88EF78B9F6DBAB823069658866D814B4EEF08AF1D991C0FE041D3
Q: Final = 0xE23C6B6E31298431E97C62C6C1A8474ADD5306ADB1F0671FEDFC31D445A241D03FBE7BB9330C3E6C0E5D1D51617480EED6A9F3AC0705C7631AF2D9AA57F77A8A4AB8CE4C006A2D614D5A019B215199783A25A545E638C3296020E7213C07B334A7E478169A683E80A10777DBD2F41E249653EA6C8F9B1046611B48C6192376FD
TOKEN_OF_DOKU: Final = (
    "EA+Gl8g7GF2ZMeZuOQwAR++6LfuJ2rnvI0cS1XZEWMaajuD/7CKILxfGp61k4UIvLd/biVNtqrlpnAW52aiJHcAjDY+gd7IRgHa/wvZyrhrl"
    "gbl4GocCbDps9BJLzzI+EX/Tlo4uGO57dMGq1T2oILE4pjhLs1YwSqX6F0gp35muGv/NQYO/IBrGBQbOIvI2apqhqHq7WygMwdUY/98uKKwZ"
    "SYWXwqzrTNNh770jfERV7hBFlQFYK/xCxiJMD6aa10tjB2yrTIdjkphVWryNwBaCd+2i/Gn4WdpqEBhdS2os678MfIFTU9SusJqalqrfEGtV"
    "z6erhGFW97E1S2Tnlw=="
)
INQUIRY: Final = (
    "JVMdZ6nSRbjuwWMkmqefo3WDLJavY2SAHc3YhOniheyYLGDWglgvQQPmvKDRbEKtfot1BJOAMN67QGQZpI9F3hP+7HhnE87NFNAiENsUYAnX"
    "RmiLjuEamQXyCYfosioPrE16olmAH9I688ebHMNBOyLOX6JW566Au16tlW4av4Lg/w/3ov13fUIHkYPxKNL655Ajagb47jkesijCWgC4uwEo"
    "K7TPO383GOEhTIx8TtxZjcilMziTUPESAzU10EzdyIiE8pbPQ0FxxIMjL9wvjGtG+6vbf8J/HLURa8JT5nVw7mfWCUglpTC6XuPn3z8nXeId"
    "L6xsaMe+et8AKVWf9A=="
)
AT: Final = datetime.fromisoformat("2024-01-01T00:00:00+00:00")
BODY: Final = b"""{ "partnerServiceId": "   88899", "customerNo": "00000000000001",
 "virtualAccountNo": "   8889900000000000001", "inquiryRequestId": "INQ-1" }
"""


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    d = pow(65537, -1, (P - 1) * (Q - 1))
    public = rsa.RSAPublicNumbers(65537, P * Q)
    return rsa.RSAPrivateNumbers(
        P, Q, d, rsa.rsa_crt_dmp1(d, P), rsa.rsa_crt_dmq1(d, Q), rsa.rsa_crt_iqmp(P, Q), public
    ).private_key()


def test_the_token_signature_a_provider_publishes_holds() -> None:
    theirs = wire.public_key(THEIRS)
    text = wire.token_text("G1234325-SNAP", "2023-07-31T07:10:00+07:00")
    assert wire.asymmetric_holds(theirs, text, TOKEN_OF_MIDTRANS)
    assert not wire.asymmetric_holds(theirs, text.replace("07:10", "07:11"), TOKEN_OF_MIDTRANS)


def test_a_token_is_asked_for_at_doku_with_the_one_signature_there_is(key: rsa.RSAPrivateKey) -> None:
    assert wire.token_headers(key, "MCH-0001", now=AT) == {
        "content-type": "application/json",
        "x-timestamp": "2024-01-01T07:00:00+07:00",
        "x-client-key": "MCH-0001",
        "x-signature": TOKEN_OF_DOKU,
    }


def test_an_inquiry_of_a_bank_is_signed_over_its_path_its_body_without_blanks_and_its_time(
    key: rsa.RSAPrivateKey,
) -> None:
    text = wire.inbound_text("POST", "/v1.0/transfer-va/inquiry", BODY, wire.timestamp(AT))
    assert text == (
        "POST:/v1.0/transfer-va/inquiry:9bdba5a23ebe88dfe28867b5800cda1bfdeadb54f9accf27e84a27fcbb068a89:"
        "2024-01-01T07:00:00+07:00"
    )
    assert wire.asymmetric(key, text) == INQUIRY
    assert wire.asymmetric_holds(key.public_key(), text, INQUIRY)
    elsewhere = wire.inbound_text("POST", "/v1.0/transfer-va/payment", BODY, wire.timestamp(AT))
    assert not wire.asymmetric_holds(key.public_key(), elsewhere, INQUIRY)
