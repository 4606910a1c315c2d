-- Messages are let go by age.

CREATE INDEX inbound_received ON inbound (shop_id, received_at);
