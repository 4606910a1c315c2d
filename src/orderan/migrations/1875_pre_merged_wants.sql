-- What a record of a person stopped or did not want, before it was merged, holds for its survivor too.
INSERT INTO message_preference (shop_id, person_id, channels, stopped, unwanted, locale, set_by, set_at)
SELECT said.shop_id, merged.merged_into, '{}',
       coalesce(array_agg(DISTINCT stop.channel) FILTER (WHERE stop.channel <> ''), '{}'),
       coalesce(array_agg(DISTINCT nay.kind) FILTER (WHERE nay.kind <> ''), '{}'),
       (array_agg(said.locale ORDER BY said.set_at DESC) FILTER (WHERE said.locale <> ''))[1],
       'system', max(said.set_at)
FROM message_preference AS said
JOIN customer AS merged ON merged.shop_id = said.shop_id AND merged.id = said.person_id AND merged.merged_into IS NOT NULL
LEFT JOIN LATERAL unnest(said.stopped) AS stop (channel) ON true
LEFT JOIN LATERAL unnest(said.unwanted) AS nay (kind) ON true
GROUP BY said.shop_id, merged.merged_into
ON CONFLICT (shop_id, person_id) DO UPDATE
SET stopped = ARRAY(SELECT DISTINCT unnest(message_preference.stopped || excluded.stopped) ORDER BY 1),
    unwanted = ARRAY(SELECT DISTINCT unnest(message_preference.unwanted || excluded.unwanted) ORDER BY 1),
    locale = coalesce(message_preference.locale, excluded.locale);
