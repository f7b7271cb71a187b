"""Result profiles and the report of a programme, composed from the record."""
