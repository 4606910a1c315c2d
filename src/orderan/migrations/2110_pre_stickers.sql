-- Labels of goods and of bins that were printed: what of, which size, how many at once.

CREATE TABLE sticker_print (
    shop_id bigint NOT NULL,
    job_id uuid NOT NULL,
    turn integer NOT NULL,
    kind text NOT NULL,
    subject_id uuid NOT NULL,
    lot_id uuid NOT NULL,
    code text NOT NULL,
    size text NOT NULL,
    copies integer NOT NULL,
    CONSTRAINT sticker_print_pkey PRIMARY KEY (shop_id, job_id, turn),
    CONSTRAINT sticker_print_job FOREIGN KEY (shop_id, job_id) REFERENCES print_job (shop_id, id),
    CONSTRAINT sticker_print_kind_known CHECK (kind IN ('goods', 'bin')),
    CONSTRAINT sticker_print_size_known CHECK (size IN ('small', 'wide')),
    CONSTRAINT sticker_print_counts CHECK (turn >= 1 AND copies >= 1)
);

COMMENT ON TABLE sticker_print IS 'distributed: labels of goods and bins printed in a job; the nil uuid is goods without a lot';
