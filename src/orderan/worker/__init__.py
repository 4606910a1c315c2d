"""The worker: puts facts in order, lets consumers apply them, sweeps timers, runs jobs.

    rounds, timers  for each shop: sequence the log, feed each consumer, sweep what is due
    gateways        beside it they are asked what became of payments: what they sent word of, and what is due
    messages        beside it what buyers are told is sent, each channel for itself
    verification    beside it buyers who have to give their word are asked, and what they answer is heard
    running         beside it procrastinate runs jobs; what a killed worker left half done is begun again

Any number of workers may run: rows and heads are locked, so a second one waits or skips. When the
database is away the round ends, and the next one starts anew.
"""

from orderan.worker.gateways import GatewayRounds
from orderan.worker.rounds import Rounds
from orderan.worker.running import JOB_MODULES, consumers_of, main, work
from orderan.worker.timers import TIMERS, Timer, timers_of
from orderan.worker.verification import VerificationRounds

__all__ = [
    "JOB_MODULES",
    "TIMERS",
    "GatewayRounds",
    "Rounds",
    "Timer",
    "VerificationRounds",
    "consumers_of",
    "main",
    "timers_of",
    "work",
]
