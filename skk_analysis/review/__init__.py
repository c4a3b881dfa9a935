"""What stands between a report and its readers: disclosure control, review, sign-off."""
