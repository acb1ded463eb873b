"""The fake side: a QuickBooks Desktop and a Web Connector that can be used alone.

Importing this package imports nothing else; take what you need from its modules:
``qbsim.qbxml`` (the language), ``qbsim.quickbooks`` (the company file and its request
processor), ``qbsim.connector`` (the Web Connector), ``qbsim.processor`` (what the two share).
"""
