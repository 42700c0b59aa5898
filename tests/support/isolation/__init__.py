"""A property test of isolation: no request of one owner changes a response to another.

It applies to the routers of an application as they are, with generated and custom routes. It sends random,
interleaved requests of two owners: the intruder and the witness. Both have rows with the same ids, and each
has rows that the other lacks. The responses to the witness must equal those without the intruder.
"""
