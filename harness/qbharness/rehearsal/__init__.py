"""Cleanup procedures tried on a copy, before anybody gives them as advice.

``rehearse`` plays an incident to its bad state and the procedure's steps after it, and judges by the *books*:
is each block's time there once, whoever wrote or deleted it? ``told`` writes it down for people.
"""
