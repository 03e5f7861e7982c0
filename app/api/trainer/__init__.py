"""The trainer door. Trainers, on a mobile front end."""
