-- Whether the letter that waits is, word for word, one that was heard before: a gateway writes until it
-- believes that we know, and asking it anew each time costs more than settling.
ALTER TABLE gateway_notice ADD COLUMN repeated boolean NOT NULL DEFAULT false;
