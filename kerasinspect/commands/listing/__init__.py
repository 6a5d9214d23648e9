"""Results that list things, of one model or of several, in the form that was asked for."""
