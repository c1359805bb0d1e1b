"""Reports as one HTML file each, for people: no script, nothing from a network, light and dark."""
