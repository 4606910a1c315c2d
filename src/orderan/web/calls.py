"""Where telephone providers ask what to say to a buyer they called: answered at once, by the script of the call."""

from typing import Any, Final

from litestar import HttpMethod, Request, Response, route

from orderan.flows.answer_call import answer_call
from orderan.flows.pay_links import PayLinks
from orderan.kit.db import Caller
from orderan.telephony import NewsForged, NewsUnreadable, Received
from orderan.web.news import ACTOR, NewsIntake, account_named, as_it_came

LONGEST: Final = 64 * 1024


@route(
    "/asks/{shop_id:int}/{account:str}",
    name="reach_asks",
    http_method=[HttpMethod.GET, HttpMethod.POST],
    opt={"public": True},
    include_in_schema=False,
    request_max_body_size=LONGEST,
)
async def answer_provider(
    request: Request[Any, Any, Any], news_intake: NewsIntake, links: PayLinks, shop_id: int, account: str
) -> Response[bytes]:
    """The next words of a call, in the provider's own language."""
    account_id = account_named(shop_id, account)
    came = await as_it_came(request, links.reach_asks(shop_id, account_id))
    client = await news_intake.client(shop_id, account_id)
    try:
        spoken = await answer_call(
            news_intake.db,
            Caller(shop_id, ACTOR),
            client,
            Received(came.method, came.url, came.headers, came.body),
            news_intake.clock,
        )
    except NewsForged:
        return Response(b"", status_code=403)
    except NewsUnreadable:
        return Response(b"", status_code=400)
    return Response(spoken.body, status_code=spoken.status, media_type=spoken.media_type)


handlers: list[Any] = [answer_provider]
