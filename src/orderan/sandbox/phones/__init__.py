"""Simulated telephone providers, and the telephones that ring when one of them is asked to call.

    request --> carrier --> book of calls          what a provider would do, and keep
    exchange --> carrier --> line --> our address   what it would ask us, and tell us
    a person in a browser, or a crowd               who takes the call, and what is pressed

As with gateways, no code is shared with the clients that talk to them.
"""
