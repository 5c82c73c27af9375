"""Who is called when something of an account ends: signed, in order, as often as it takes."""
