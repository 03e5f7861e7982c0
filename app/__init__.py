"""Lehrwerk: matches AI companies with credentialed experts, tracks hours up to caps, pays once."""
