"""The demo of inspections: a campaign of this year whose tasks stand at every stage, made through the services."""
