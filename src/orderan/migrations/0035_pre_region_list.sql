-- Which list of areas the table `region` was brought to, so that a start knows whether another one ships now.

CREATE TABLE region_list (
    only_row smallint NOT NULL,
    digest text NOT NULL,
    CONSTRAINT region_list_pkey PRIMARY KEY (only_row),
    CONSTRAINT region_list_is_one CHECK (only_row = 1)
);

COMMENT ON TABLE region_list IS 'local: the list of areas that was loaded last, one row';
