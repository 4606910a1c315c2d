-- Labels printed: together in a job, each with how often it was printed by then.

CREATE TABLE print_job (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    made_by text NOT NULL,
    made_at timestamptz NOT NULL,
    left_out jsonb NOT NULL,
    CONSTRAINT print_job_pkey PRIMARY KEY (shop_id, id)
);

COMMENT ON TABLE print_job IS 'distributed: labels printed together; left_out names what was asked for and could not be printed, and why';

CREATE INDEX print_job_newest ON print_job (shop_id, made_at DESC, id DESC);

CREATE TABLE label_print (
    shop_id bigint NOT NULL,
    job_id uuid NOT NULL,
    turn integer NOT NULL,
    subject_id uuid NOT NULL,
    code text NOT NULL,
    copy integer NOT NULL,
    CONSTRAINT label_print_pkey PRIMARY KEY (shop_id, job_id, turn),
    CONSTRAINT label_print_job FOREIGN KEY (shop_id, job_id) REFERENCES print_job (shop_id, id),
    CONSTRAINT label_print_copy_once UNIQUE (shop_id, subject_id, copy),
    CONSTRAINT label_print_counts CHECK (turn >= 1 AND copy >= 1)
);

COMMENT ON TABLE label_print IS 'distributed: every time a label was printed; the first copy is the label, later ones say what they are';
