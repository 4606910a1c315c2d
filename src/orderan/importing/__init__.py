"""Importing: a file of order lines becomes orders, returns, and cases for a person.

Owns     how files are read and what each line is; the account of every line
Promises every source line has exactly one outcome, and the outcomes add up to the file
Ignores  today's stock: what was sold last year left the shelf last year
"""
