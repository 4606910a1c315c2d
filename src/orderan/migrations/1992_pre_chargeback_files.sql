-- Files a shop has to show to a bank: a signed delivery note, an invoice, a conversation.

CREATE TABLE chargeback_file (
    shop_id bigint NOT NULL,
    chargeback_id uuid NOT NULL,
    evidence_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    size_bytes integer NOT NULL,
    sealed_for uuid,
    content bytea NOT NULL,
    CONSTRAINT chargeback_file_pkey PRIMARY KEY (shop_id, chargeback_id, evidence_id),
    CONSTRAINT chargeback_file_of FOREIGN KEY (shop_id, chargeback_id, evidence_id) REFERENCES chargeback_evidence (shop_id, chargeback_id, id) ON DELETE CASCADE,
    CONSTRAINT chargeback_file_kind_known CHECK (kind IN ('pdf', 'jpg', 'png', 'webp')),
    CONSTRAINT chargeback_file_size_allowed CHECK (size_bytes BETWEEN 1 AND 5242880)
);

COMMENT ON TABLE chargeback_file IS 'distributed: files among the evidence of a chargeback, sealed under the key of the buyer they show; of an order without a buyer nobody''s';
