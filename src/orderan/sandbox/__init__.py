"""Simulators of partners, shipped with the product: tests, the demo, a rehearsal and a shop's own staging
run the same ones.

    request --> faults --> simulator --> book        what a partner would do, and keep
                                    --> postman      what it would send us afterwards

A simulator knows its partner's protocol and nothing of ours: it shares no code with the client that
talks to it, so that both would have to be wrong in the same way. Nothing is kept when it stops.
"""
