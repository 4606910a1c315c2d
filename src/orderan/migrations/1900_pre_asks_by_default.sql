-- A shop that wrote no policy of asking COD buyers follows the one a new shop begins with: an unasked order is picked
-- by nobody's oversight.

INSERT INTO verification_policy (shop_id, version, terms, made_by, made_at)
SELECT shop.shop_id, 1, '{
    "rules": [
        {"name": "Pembeli baru", "verdict": "ask",
         "when": {"at_least_minor": null, "at_most_minor": null, "areas": [], "first_order": true,
                  "delivered_at_least": null, "refused_at_most": null, "score_at_least": null}},
        {"name": "Nilai besar", "verdict": "ask",
         "when": {"at_least_minor": 500000, "at_most_minor": null, "areas": [], "first_order": null,
                  "delivered_at_least": null, "refused_at_most": null, "score_at_least": null}},
        {"name": "Selalu menerima paketnya", "verdict": "waive",
         "when": {"at_least_minor": null, "at_most_minor": null, "areas": [], "first_order": null,
                  "delivered_at_least": 1, "refused_at_most": 0, "score_at_least": null}}
    ],
    "steps": [
        {"way": "whatsapp", "tries": 1, "answer_minutes": 120, "spacing_minutes": 60, "by_number": false},
        {"way": "call", "tries": 2, "answer_minutes": 10, "spacing_minutes": 60, "by_number": false},
        {"way": "sms", "tries": 1, "answer_minutes": 120, "spacing_minutes": 60, "by_number": false},
        {"way": "agent", "tries": 3, "answer_minutes": 240, "spacing_minutes": 120, "by_number": false}
    ],
    "from_hour": 8, "to_hour": 20, "deadline_hours": 48, "silence": "hold"
}', 'system', now()
FROM shop
WHERE NOT EXISTS (SELECT FROM verification_policy WHERE verification_policy.shop_id = shop.shop_id);
