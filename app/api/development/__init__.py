"""The development clock. Outside development these routes do not exist."""
