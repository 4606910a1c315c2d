-- Pictures of goods that come back: the buyer's who asks, and those of the table where they arrive and are judged.

CREATE TABLE return_photo (
    shop_id bigint NOT NULL,
    return_id uuid NOT NULL,
    no integer NOT NULL,
    moment text NOT NULL,
    photo_enc bytea NOT NULL,
    taken_by text NOT NULL,
    taken_at timestamptz NOT NULL,
    CONSTRAINT return_photo_pkey PRIMARY KEY (shop_id, return_id, no),
    CONSTRAINT return_photo_return FOREIGN KEY (shop_id, return_id) REFERENCES goods_return (shop_id, id),
    CONSTRAINT return_photo_moment_known CHECK (moment IN ('request', 'reception', 'inspection')),
    CONSTRAINT return_photo_numbered CHECK (no BETWEEN 1 AND 12)
);

COMMENT ON TABLE return_photo IS 'distributed: pictures of a return, under the key of its buyer; at most four of each moment';
