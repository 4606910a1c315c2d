-- Models that add to the scores of rules: what was learned, how it did beside them, and whether it speaks.

CREATE TABLE trust_model (
    shop_id bigint NOT NULL,
    id uuid NOT NULL,
    version integer NOT NULL,
    state text NOT NULL,
    why text,
    capacity integer NOT NULL,
    asked_by text NOT NULL,
    asked_at timestamptz NOT NULL,
    moved_by text NOT NULL,
    moved_at timestamptz NOT NULL,
    rules_version integer,
    found jsonb,
    model jsonb,
    CONSTRAINT trust_model_pkey PRIMARY KEY (shop_id, id),
    CONSTRAINT trust_model_state_known CHECK (state IN ('asked', 'declined', 'silent', 'speaking')),
    CONSTRAINT trust_model_why_known CHECK (why IN ('too_little', 'not_installed', 'lost', 'not_better', 'other_rules', 'newer', 'person', 'kept')),
    CONSTRAINT trust_model_silence_is_told CHECK ((why IS NOT NULL) = (state IN ('declined', 'silent'))),
    CONSTRAINT trust_model_learned_whole CHECK ((state IN ('silent', 'speaking')) = (model IS NOT NULL AND found IS NOT NULL AND rules_version IS NOT NULL)),
    CONSTRAINT trust_model_speaks_better CHECK (state <> 'speaking' OR (found ->> 'beats')::boolean),
    CONSTRAINT trust_model_sane CHECK (version > 0 AND capacity BETWEEN 1 AND 1000)
);

COMMENT ON TABLE trust_model IS 'distributed: models learned from how orders ended: what was found of each, and which one adds to scores';

CREATE UNIQUE INDEX trust_model_counts_up ON trust_model (shop_id, version);

CREATE UNIQUE INDEX trust_model_one_asked ON trust_model (shop_id) WHERE state = 'asked';

CREATE UNIQUE INDEX trust_model_one_speaks ON trust_model (shop_id) WHERE state = 'speaking';
