"""The finance door. Finance staff: both sides of the wall."""
