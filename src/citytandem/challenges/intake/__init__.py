"""Reading tables of proposals that were collected elsewhere. Pure: bytes in, rows and what is wrong with others out."""
