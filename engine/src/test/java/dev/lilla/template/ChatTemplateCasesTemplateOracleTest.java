package dev.lilla.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.Oracle;
import dev.lilla.format.JsonFiles;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// Templates of published models: what Jinja renders, byte for byte, or a refusal where it refuses.
class ChatTemplateCasesTemplateOracleTest {
    /// The cases were rendered with a `strftime_now` that tells this whatever the format.
    private static final TemplateClock CLOCK = format -> "26 Jul 2024";

    @TestFactory
    Stream<DynamicTest> rendersOrRefusesAsJinjaDoes() {
        List<DynamicTest> tests = new ArrayList<>();
        for (JsonNode template : JsonFiles.read(Oracle.templates().resolve("cases.json"))) {
            for (JsonNode golden : template.get("cases")) {
                String name = template.get("template").stringValue() + " "
                        + golden.get("name").stringValue();
                tests.add(DynamicTest.dynamicTest(
                        name, () -> check(template.get("source").stringValue(), golden)));
            }
        }
        return tests.stream();
    }

    private static void check(String source, JsonNode golden) {
        if (golden.get("status").stringValue().equals("ok")) {
            String rendered = ChatTemplate.parse(source).render(golden.get("context"), CLOCK);
            assertThat(rendered).isEqualTo(golden.get("expected").stringValue());
        } else {
            assertThatThrownBy(() -> ChatTemplate.parse(source).render(golden.get("context"), CLOCK))
                    .isInstanceOf(TemplateException.class);
        }
    }
}
