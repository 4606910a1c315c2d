"""Benchmarks: figures as ratios taken in one run on one machine, each on data of its own.

load.py        a load generator that costs little: raw sockets, requests made beforehand
ground.py      a throw-away server, a shop to measure on, a web process
placement.py   orders placed over HTTP against pgbench writing the same rows
"""
