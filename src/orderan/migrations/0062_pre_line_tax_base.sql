-- What part of a line's price is taxed, kept with its rate: a rate that is made later never taxes it anew.

ALTER TABLE order_line ADD COLUMN tax_base_numerator integer NOT NULL DEFAULT 1;

ALTER TABLE order_line ADD COLUMN tax_base_denominator integer NOT NULL DEFAULT 1;

UPDATE order_line
SET tax_base_numerator = rate.base_numerator, tax_base_denominator = rate.base_denominator
FROM (SELECT DISTINCT ON (shop_id, tax_class, rate_bp) shop_id, tax_class, rate_bp, base_numerator, base_denominator
      FROM tax_rate
      ORDER BY shop_id, tax_class, rate_bp, valid_from DESC) AS rate
WHERE rate.shop_id = order_line.shop_id AND rate.tax_class = order_line.tax_class
  AND rate.rate_bp = order_line.tax_rate_bp;
