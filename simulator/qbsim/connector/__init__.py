"""The Web Connector: reads a .qwc, talks SOAP to a sync server and qbXML to QuickBooks.

``qwc`` (the file), ``operations`` and ``codes`` (tables), ``soap`` (envelopes), ``session`` (the state
table, no I/O), ``update`` (one update, one action a step), ``events`` (what an observer sees),
``transport`` (HTTP), ``inprocess`` (ASGI and WSGI without a socket), ``faults`` (messages lost, doubled,
late, spoiled), ``registration`` and ``locks`` (what is written into the company file), ``schedule`` (one
PC's Web Connector window), ``log`` and ``logreader`` (QWCLog.txt). Importing this package imports none
of them.
"""
