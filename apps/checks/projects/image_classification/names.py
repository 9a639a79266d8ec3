"""Names of product lines."""

# fmt: off
NAMES = (
    "Acorn", "Alder", "Anchor", "Arbour", "Arrow", "Aster", "Beacon", "Bramble", "Breeze",
    "Bridge", "Cedar", "Chapel", "Clover", "Comet", "Compass", "Coral", "Cradle", "Crown",
    "Cypress", "Dahlia", "Delta", "Drift", "Ember", "Fern", "Fjord", "Garland", "Gate", "Glade",
    "Harbour", "Hazel", "Heather", "Heron", "Iris", "Ivy", "Juniper", "Keel", "Lantern",
    "Lattice", "Laurel", "Linden", "Lotus", "Maple", "Marina", "Meadow", "Meridian", "Mill",
    "Moor", "Nautilus", "Oasis", "Orbit", "Orchard", "Pavilion", "Pebble", "Pine", "Plaza",
    "Poppy", "Quarry", "Quill", "Reed", "Ridge", "Rowan", "Sail", "Sedge", "Shell", "Sierra",
    "Spire", "Spruce", "Summit", "Thistle", "Tide", "Trellis", "Vale", "Willow", "Wren",
)
# fmt: on
