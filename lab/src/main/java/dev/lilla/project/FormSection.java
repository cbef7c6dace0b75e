package dev.lilla.project;

import java.util.List;
import java.util.Optional;

/// Fields that stand together.
record FormSection(Wording about, List<FormField> fields) {
    FormSection {
        fields = List.copyOf(fields);
    }

    Optional<FormField> field(String name) {
        return fields.stream().filter(field -> field.name().equals(name)).findFirst();
    }
}
