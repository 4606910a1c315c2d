"""What knows no word of commerce: database, time, money, ids, states, refusals, events, keys."""
