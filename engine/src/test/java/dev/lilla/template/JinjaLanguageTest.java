package dev.lilla.template;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lilla.format.JsonFiles;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

/// The language, construct by construct, as Jinja 3.1.6 renders it in the environment that Transformers sets up, and
/// what it refuses. jinja.json was written by that implementation.
class JinjaLanguageTest {
    private static final TemplateClock CLOCK =
            TemplateClock.of(Clock.fixed(Instant.parse("2024-07-06T15:04:09Z"), ZoneOffset.UTC));

    @TestFactory
    Stream<DynamicTest> rendersOrRefusesAsJinjaDoes() throws IOException {
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream("/template/jinja.json"))) {
            JsonNode golden = JsonFiles.parse(in.readAllBytes(), "jinja.json");
            List<DynamicTest> tests = new ArrayList<>();
            for (JsonNode snippet : golden.get("cases")) {
                String source = snippet.get("source").stringValue();
                tests.add(DynamicTest.dynamicTest(
                        "<" + source + ">", () -> check(source, golden.get("context"), snippet)));
            }
            return tests.stream();
        }
    }

    private static void check(String source, JsonNode context, JsonNode golden) {
        if (golden.has("expected")) {
            assertThat(ChatTemplate.parse(source).render(context, CLOCK))
                    .isEqualTo(golden.get("expected").stringValue());
        } else {
            assertThatThrownBy(() -> ChatTemplate.parse(source).render(context, CLOCK))
                    .as(golden.get("error").stringValue())
                    .isInstanceOf(TemplateException.class);
        }
    }
}
