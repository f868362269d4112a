"""Why a picture was judged as it was: maps, and what is measured of them."""
