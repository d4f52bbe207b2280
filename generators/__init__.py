"""Makes the corpus: turns every case file of cases/ into a qcow2 image and the disk that it should read as.

An independent reading of the format document, RFC 1951 and RFC 8878: it shares no code and no constants
with the reference model, and asks no compression library for a single byte.
"""
