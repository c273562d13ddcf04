"""The steps of a publication and the values that travel with it: what the job that walks it is made of."""
