-- Closed entries are looked up newest first, and there are more of them every day.

CREATE INDEX exception_entry_closed ON exception_entry (shop_id, closed_at DESC, id DESC) WHERE state <> 'open';
