-- An address that came with a postcode and without a village is looked up by it.

CREATE INDEX region_by_postcode ON region (postcode) WHERE postcode IS NOT NULL;
