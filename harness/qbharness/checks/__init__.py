"""The judge: pure functions from a history to findings.

``registry`` holds the checks by name, ``reading`` the facts that several of them need, ``judging`` the
verdict on a whole run.
"""
