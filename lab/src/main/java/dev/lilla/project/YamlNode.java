package dev.lilla.project;

import java.util.List;
import java.util.Map;

/// A value in a YAML file, with the place where it begins.
sealed interface YamlNode {
    Place place();

    /// In words, for messages.
    String kind();

    /// A text, a number, true, false, or nothing.
    ///
    /// @param text as it stands in the file, without quotes
    record Scalar(Place place, String text, Type type) implements YamlNode {
        /// What YAML takes it for.
        enum Type {
            TEXT("the text"),
            NUMBER("the number"),
            FLAG("the value"),
            NOTHING("nothing");

            private final String words;

            Type(String words) {
                this.words = words;
            }
        }

        @Override
        public String kind() {
            return type == Type.NOTHING ? type.words : type.words + " \"" + text + "\"";
        }
    }

    record Items(Place place, List<YamlNode> values) implements YamlNode {
        public Items {
            values = List.copyOf(values);
        }

        @Override
        public String kind() {
            return "a list";
        }
    }

    /// @param entries in the order of the file
    record Mapping(Place place, Map<String, Entry> entries) implements YamlNode {
        @Override
        public String kind() {
            return "a section";
        }
    }

    /// A key with its value.
    ///
    /// @param place of the key
    record Entry(Place place, YamlNode value) {}
}
