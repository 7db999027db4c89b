"""The long jobs. Each is a generator of events that wires the lower rooms together."""
