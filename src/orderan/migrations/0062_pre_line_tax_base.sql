-- What part of a line's price is taxed, kept with its rate: a rate that is made later never taxes it anew.

ALTER TABLE order_line ADD COLUMN tax_base_numerator integer NOT NULL DEFAULT 1;

ALTER TABLE order_line ADD COLUMN tax_base_denominator integer NOT NULL DEFAULT 1;

UPDATE order_line
SET tax_base_numerator = of_day.base_numerator, tax_base_denominator = of_day.base_denominator
FROM (SELECT DISTINCT ON (line.shop_id, line.order_id, line.line_no)
             line.shop_id, line.order_id, line.line_no, rate.base_numerator, rate.base_denominator
      FROM order_line AS line
      JOIN sales_order ON sales_order.shop_id = line.shop_id AND sales_order.id = line.order_id
      JOIN shop ON shop.shop_id = line.shop_id
      JOIN tax_rate AS rate ON rate.shop_id = line.shop_id AND rate.tax_class = line.tax_class
           AND rate.rate_bp = line.tax_rate_bp
           AND rate.valid_from <= (sales_order.placed_at AT TIME ZONE shop.time_zone)::date
      ORDER BY line.shop_id, line.order_id, line.line_no, rate.valid_from DESC) AS of_day
WHERE of_day.shop_id = order_line.shop_id AND of_day.order_id = order_line.order_id
  AND of_day.line_no = order_line.line_no;
