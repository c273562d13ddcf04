"""What a scan and an inspection are made of, so that neither needs the other."""
