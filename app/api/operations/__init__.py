"""The operations door. Operations staff: credential checks and over-cap decisions."""
