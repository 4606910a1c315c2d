"""Benchmarks: figures as ratios taken in one run on one machine, each on data of its own.

load.py        a load generator that costs little: raw sockets, requests made beforehand
ground.py      a throw-away server, a shop to measure on, a web process
promises.py    what a figure is held to
placement.py   orders placed over HTTP against pgbench (rows.py) writing the same rows
listing.py     lists and search (asking.py) among 10,000 and 1,000,000 orders (history.py)
importing.py   a year of order lines through the importer
paying.py      everything of payments: letters taken (letters.py), both books after a storm (conserving.py) of
               gateways (storm.py) and buyers (buyers.py), and
outages.py     outages (incidents.py) of made-up rails (rails.py): how soon noticed (watching.py), what routing
               around them earns (earning.py)
telling.py     messages to buyers through crashes: each told once
warehouse.py   everything of the warehouse: labels (labelling.py), walks (picking.py), where orders are served from
               (sourcing.py), couriers' letters (tracking.py), and weeks (weeks.py) of pickers (picked.py) and mistakes
               after which the book (booked.py) is held against what lies where (hall.py): keeping.py
driving.py     routes against the best known of the literature
startup.py     from the command to the first answer, and memory
"""

from orderan.bench.promises import CannotMeasure, Promise

__all__ = ["CannotMeasure", "Promise"]
