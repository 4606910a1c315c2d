-- Finance looks at what came in by the day it came.

CREATE INDEX payment_event_came_in ON payment_event (shop_id, at DESC, order_id DESC, seq DESC) WHERE kind IN ('captured', 'cod_collected');
