-- What a record of a person waits for, before it was merged, its survivor waits for: once for the same goods.
DELETE FROM restock_wish
USING (SELECT wish.shop_id, wish.id,
              row_number() OVER (PARTITION BY wish.shop_id, wish.sku_id, coalesce(customer.merged_into, customer.id)
                                 ORDER BY wish.asked_at, wish.id) AS turn
       FROM restock_wish AS wish
       JOIN customer ON customer.shop_id = wish.shop_id AND customer.id = wish.person_id
       WHERE wish.told_at IS NULL) AS waits
WHERE restock_wish.shop_id = waits.shop_id AND restock_wish.id = waits.id AND waits.turn > 1;

UPDATE restock_wish SET person_id = customer.merged_into
FROM customer
WHERE customer.shop_id = restock_wish.shop_id AND customer.id = restock_wish.person_id
  AND customer.merged_into IS NOT NULL AND restock_wish.told_at IS NULL;
