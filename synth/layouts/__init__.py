"""Layouts for tablets and patchers, written from the tables of addresses and parameters."""
