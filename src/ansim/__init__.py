"""Ansim: the software that a digital sexual crime victim support centre runs on."""

__version__ = "0.1.0"
