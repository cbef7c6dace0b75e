package dev.lilla.demo;

import java.util.Map;

/// A thing that a passage is about, and what the passage tells of it.
///
/// @param name what questions call it
/// @param told values by attribute
/// @param isDescribed whether it has no name of its own: "the kettle"
record Thing(String name, Map<String, String> told, boolean isDescribed) {
    Thing {
        told = Map.copyOf(told);
    }
}
