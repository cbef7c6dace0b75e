package dev.lilla.serve.host;

import java.util.Map;

/// Which adapters of a model a text is written with.
public sealed interface AdapterChoice {
    /// Those that are on for all texts.
    record Standing() implements AdapterChoice {}

    /// One alone, at the scale it was loaded with.
    record Named(String name) implements AdapterChoice {}

    /// Those given, by id, at the scales given; none but these.
    record Scaled(Map<Integer, Float> scales) implements AdapterChoice {
        public Scaled {
            scales = Map.copyOf(scales);
        }
    }
}
