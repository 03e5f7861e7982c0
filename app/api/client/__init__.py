"""The client door. AI companies, over REST."""
