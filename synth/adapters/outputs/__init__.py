"""Where sound can go: JACK, a sound card, nowhere; and a tape that hears what goes there."""
