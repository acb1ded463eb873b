"""The judge: plays scenarios against a real sync server and says whether every hour landed once."""
