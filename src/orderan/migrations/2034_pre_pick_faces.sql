-- Which goods a pick face holds ready, and how many.

CREATE TABLE pick_face (
    shop_id bigint NOT NULL,
    bin_id uuid NOT NULL,
    sku_id uuid NOT NULL,
    least bigint NOT NULL,
    most bigint NOT NULL,
    CONSTRAINT pick_face_pkey PRIMARY KEY (shop_id, bin_id, sku_id),
    CONSTRAINT pick_face_bin FOREIGN KEY (shop_id, bin_id) REFERENCES bin (shop_id, id),
    CONSTRAINT pick_face_sku FOREIGN KEY (shop_id, sku_id) REFERENCES sku (shop_id, id),
    CONSTRAINT pick_face_room CHECK (least >= 1 AND most >= least)
);

COMMENT ON TABLE pick_face IS 'distributed: below least units a bin is filled up to most out of reserve bins';
